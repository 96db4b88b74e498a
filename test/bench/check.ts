/**
 * `GET /v1/pages/:id` over a million pages in a thousand workspaces and 200,000 page grants, beside a bare Koa route that does
 * one keyed read, and beside itself over 10,000 pages: in one run, taking turns.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { growForest, type Sample } from './_check-data.ts'
import { get, type Measured, measure } from './_load.ts'
import { startProduct } from './_product.ts'
import type { Bench } from './run.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.BENCH_SECONDS ?? 5)
const workspaces = Number(process.env.BENCH_WORKSPACES ?? 1_000)
const inFlight = 16
const tokens = 20_000

type Server = { port: number; stop(): Promise<void> }
type Contestant = { name: string; port: number; requests: Buffer[]; results: Measured[] }

export async function run(bench: Bench): Promise<void> {
  const stops: (() => Promise<void>)[] = []
  const portOf = async (starting: Promise<Server>) => {
    const { port, stop } = await starting
    stops.push(stop)
    return port
  }
  try {
    const [large, small] = [await bench.databaseUrl(), await bench.databaseUrl()]
    const samples = await growForest(large, workspaces, tokens)
    const few = await growForest(small, 10, tokens)
    const contestants: Contestant[] = [
      { name: 'bare', port: await portOf(startBare(large)), requests: samples.map(keyed), results: [] },
      {
        name: 'large',
        port: await portOf(startProduct(large, bench.redisUrl)),
        requests: samples.map(asPartner),
        results: [],
      },
      {
        name: 'small',
        port: await portOf(startProduct(small, bench.redisUrl)),
        requests: few.map(asPartner),
        results: [],
      },
    ]
    await takeTurns(contestants)
    report(bench, contestants)
  } finally {
    for (const stop of stops) await stop()
  }
}

const keyed = ({ workspaceId, pageId }: Sample) => get(`/${workspaceId}/${pageId}`)
const asPartner = ({ token, pageId }: Sample) =>
  get(`/v1/pages/${pageId}`, { authorization: `Bearer ${token}`, 'notion-version': '2025-09-03' })

/** Before the measured turns, each server answers every request once, so that only warm answers count. */
async function takeTurns(contestants: Contestant[]): Promise<void> {
  for (const { port, requests } of contestants)
    await measure({ port, requests, inFlight, seconds: 120, count: requests.length })
  for (let round = 0; round < rounds; round++)
    for (const { port, requests, results } of contestants) {
      const from = results.reduce((sum, result) => sum + result.count, 0)
      results.push(await measure({ port, requests, inFlight, seconds, from }))
    }
}

function report(bench: Bench, contestants: Contestant[]): void {
  const middle = (results: Measured[]) =>
    results.toSorted((a, b) => a.perSecond - b.perSecond)[results.length >> 1]!
  const [bare, large, small] = contestants.map(one => middle(one.results)) as [Measured, Measured, Measured]
  const shown = (one: Measured) =>
    `${Math.round(one.perSecond).toLocaleString('en')}/s, p50 ${one.p50Ms.toFixed(1)} ms, p99 ${one.p99Ms.toFixed(1)} ms`
  bench.figure('bare Koa route, one keyed read', shown(bare))
  bench.figure(`page read over ${(workspaces * 1_000).toLocaleString('en')} pages`, shown(large))
  bench.figure('page read over 10,000 pages', shown(small))
  bench.figure('share of the bare route (wanted: 0.6)', (large.perSecond / bare.perSecond).toFixed(2))
  bench.figure('share of 10,000 pages (wanted: 0.85)', (large.perSecond / small.perSecond).toFixed(2))
  bench.figure(
    '',
    `median of ${rounds} turns of ${seconds} s, ${inFlight} in flight, one process each, shared cores`,
  )
}

async function startBare(databaseUrl: string): Promise<Server> {
  const child = fork(path.join(import.meta.dirname, '_bare-route.ts'), {
    env: { ...process.env, DATABASE_URL: databaseUrl },
  })
  const [port] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => Promise.reject(new Error('the bare route did not start'))),
  ])
  return {
    port: port as unknown as number,
    async stop() {
      const gone = once(child, 'exit')
      child.kill('SIGTERM')
      await gone
    },
  }
}
