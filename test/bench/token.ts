/**
 * Code exchange, refresh with rotation, introspection and revocation: our server on PostgreSQL, durably, beside the limit (Koa
 * with one prepared statement a request) and a bare oidc-provider in memory and on Redis, in one run, taking turns.
 * BENCH_BESIDE: the folder of another checkout with the same migrations, measured in the same turns.
 */
import { readFile } from 'node:fs/promises'
import { type Contestant, type Counts, startBare, startLimit, startOurs } from './_contestants.ts'
import { type Lane, post } from './_load.ts'
import { compare, type Work } from './_turns.ts'
import type { Bench } from './run.ts'

const rounds = Number(process.env.BENCH_ROUNDS ?? 5)
const seconds = Number(process.env.BENCH_SECONDS ?? 4)
const beside = process.env.BENCH_BESIDE
const inFlight = 16
const used = 2 + rounds * seconds
const count: Counts = { codes: used * 6_000, chains: 1_600, tokens: 10_000, revocations: used * 8_000 }

export async function run(bench: Bench): Promise<void> {
  const stops: (() => Promise<void>)[] = []
  try {
    const ours = await startOurs(await bench.databaseUrl(), bench.redisUrl, count, stops)
    const all = [ours, await startLimit(await bench.databaseUrl(), count, stops)]
    if (beside)
      all.push(
        await startOurs(await bench.databaseUrl(), bench.redisUrl, count, stops, {
          name: 'beside',
          folder: beside,
        }),
      )
    if (process.env.BENCH_BARE !== 'off')
      all.push(
        await startBare('bare, in memory', count, stops),
        await startBare('bare, on Redis', count, stops, { BARE_REDIS_URL: bench.redisUrl }),
      )
    for (const work of works) await compare(bench, work, all, { rounds, seconds })
    bench.figure('resident memory of ours (wanted: under 250 MB)', `${await residentMegabytes(ours.pid)} MB`)
    bench.figure(
      '',
      `median of ${rounds} turns of ${seconds} s, ${inFlight} in flight, one process each, shared cores`,
    )
  } finally {
    for (const stop of stops) await stop()
  }
}

/** `wanted`: of the limit. */
const works: Work<Contestant>[] = [
  { name: 'code exchange', wanted: 0.75, lanes: redemptions },
  { name: 'refresh with rotation', wanted: 0.8, lanes: refreshes },
  { name: 'introspection', wanted: 0.88, lanes: introspections },
  { name: 'revocation', wanted: 0.75, lanes: revocations },
]

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

function revocations(one: Contestant): Lane[] {
  const tokens = one.seeds.revocable.values()
  return each(() => () => {
    const token = tokens.next().value
    if (token === undefined) throw new Error('there are no tokens left to revoke: seed more')
    return post(one.paths.revoke, { token, token_type_hint: 'refresh_token' }, headers(one))
  })
}

function introspections(one: Contestant): Lane[] {
  let next = 0
  const requests = one.seeds.accessTokens.map(token => post(one.paths.introspect, { token }, headers(one)))
  return each(() => () => requests[next++ % requests.length]!)
}

/** Linux only; elsewhere the figure is left out. */
async function residentMegabytes(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /VmRSS:\s+(\d+)/.exec(status)?.[1]
  return kilobytes ? Math.round(Number(kilobytes) / 1024).toString() : 'unknown'
}
