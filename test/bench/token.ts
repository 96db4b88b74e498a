/**
 * Code exchange, refresh with rotation, and introspection: our server on PostgreSQL, durably, beside a bare oidc-provider with
 * its in-memory adapter, in one run, taking turns.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Seeds } from './_bare-provider.ts'
import { converse, type Lane, type Measured, post } from './_load.ts'
import { startProduct } from './_product.ts'
import { growTokens } from './_token-data.ts'
import type { Bench } from './run.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.BENCH_SECONDS ?? 4)
const inFlight = 16
const count = { codes: (2 + rounds * seconds) * 6_000, chains: 1_600, tokens: 10_000 }

type Contestant = {
  name: 'ours' | 'bare'
  port: number
  pid: number
  paths: { token: string; introspect: string }
  client: { id: string; secret: string }
  redirectUri: string
  seeds: Seeds
}
type Work = { name: string; wanted: number; lanes(contestant: Contestant): Lane[] }

export async function run(bench: Bench): Promise<void> {
  const stops: (() => Promise<void>)[] = []
  try {
    const ours = await startOurs(await bench.databaseUrl(), bench.redisUrl, count, stops)
    const bare = await startBare(stops)
    for (const work of works) await compare(bench, work, ours, bare)
    bench.figure('resident memory of ours (wanted: under 250 MB)', `${await residentMegabytes(ours.pid)} MB`)
    bench.figure('resident memory of the bare one', `${await residentMegabytes(bare.pid)} MB`)
    bench.figure(
      '',
      `median of ${rounds} turns of ${seconds} s, ${inFlight} in flight, one process each, shared cores`,
    )
  } finally {
    for (const stop of stops) await stop()
  }
}

const works: Work[] = [
  { name: 'code exchange', wanted: 0.8, lanes: redemptions },
  { name: 'refresh with rotation', wanted: 0.9, lanes: refreshes },
  { name: 'introspection', wanted: 1.2, lanes: introspections },
]

/** The first turn of each warms it up and does not count. */
async function compare(bench: Bench, work: Work, ours: Contestant, bare: Contestant): Promise<void> {
  const results: Record<Contestant['name'], Measured[]> = { ours: [], bare: [] }
  const lanes = { ours: work.lanes(ours), bare: work.lanes(bare) }
  for (let round = 0; round <= rounds; round++)
    for (const one of [ours, bare]) {
      const measured = await converse({
        port: one.port,
        lanes: lanes[one.name],
        seconds: round === 0 ? 2 : seconds,
      })
      if (round > 0) results[one.name].push(measured)
    }
  const middle = (all: Measured[]) => all.toSorted((a, b) => a.perSecond - b.perSecond)[all.length >> 1]!
  const [own, other] = [middle(results.ours), middle(results.bare)]
  const shown = (one: Measured) =>
    `${Math.round(one.perSecond).toLocaleString('en')}/s, p50 ${one.p50Ms.toFixed(1)} ms, p99 ${one.p99Ms.toFixed(1)} ms`
  bench.figure(`${work.name}, ours on PostgreSQL`, shown(own))
  bench.figure(`${work.name}, bare in memory`, shown(other))
  bench.figure(`share of the bare one (wanted: ${work.wanted})`, (own.perSecond / other.perSecond).toFixed(2))
}

const each = (make: (lane: number) => Lane) => Array.from({ length: inFlight }, (_, lane) => make(lane))
let asked = 0
/** From many addresses, as through a proxy: requests of one address are rate limited. */
const headers = ({ client }: Contestant) => ({
  authorization: `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`,
  'x-forwarded-for': `10.0.${asked % 200}.${asked++ % 250}`,
})

function redemptions(one: Contestant): Lane[] {
  const codes = one.seeds.codes.values()
  const { redirectUri } = one
  return each(() => () => {
    const code = codes.next().value
    if (code === undefined) throw new Error('there are no codes left: seed more')
    const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
    return post(one.paths.token, form, headers(one))
  })
}

/** The families in equal parts on each connection, in turn. */
export function refreshes(one: Contestant): Lane[] {
  const families = one.seeds.refreshTokens.length / inFlight
  return each(lane => {
    const own = one.seeds.refreshTokens.slice(lane * families, (lane + 1) * families)
    let turn = -1
    return answer => {
      if (answer !== null)
        own[turn % families] = (JSON.parse(answer) as { refresh_token: string }).refresh_token
      else turn = own.length - 1 // answers that arrive after the end of a turn are dropped
      turn++
      const form = { grant_type: 'refresh_token', refresh_token: own[turn % families]! }
      return post(one.paths.token, form, headers(one))
    }
  })
}

function introspections(one: Contestant): Lane[] {
  let next = 0
  const requests = one.seeds.accessTokens.map(token => post(one.paths.introspect, { token }, headers(one)))
  return each(() => () => requests[next++ % requests.length]!)
}

/** Our server over a database of its own, with so many codes, families and tokens in it. */
export async function startOurs(
  databaseUrl: string,
  redisUrl: string,
  count: { codes: number; chains: number; tokens: number },
  stops: (() => Promise<void>)[],
): Promise<Contestant> {
  const data = await growTokens(databaseUrl, count)
  const { port, pid, stop } = await startProduct(databaseUrl, redisUrl, { TRUST_PROXY: 'true' })
  stops.push(stop)
  return {
    name: 'ours',
    port,
    pid,
    paths: { token: '/v1/oauth/token', introspect: '/v1/oauth/introspect' },
    ...data,
  }
}

async function startBare(stops: (() => Promise<void>)[]): Promise<Contestant> {
  const child = fork(path.join(import.meta.dirname, '_bare-provider.ts'), [JSON.stringify(count)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the bare provider ended with ${code}`))),
  ])
  stops.push(async () => {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  })
  const paths = { token: '/token', introspect: '/token/introspection' }
  return { name: 'bare', pid: child.pid!, paths, ...(message as Omit<Contestant, 'name' | 'pid' | 'paths'>) }
}

/** Linux only; elsewhere the figure is left out. */
async function residentMegabytes(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
  return kilobytes ? Math.round(Number(kilobytes) / 1024).toString() : 'unknown'
}
