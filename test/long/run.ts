/**
 * Fuzzed requests against a server of this machine: npm run test:long. REQUESTS (60,000) says how many, SEED which ones; the
 * seed is printed. Each begins as a request that succeeds, at an address that the routers take, and is changed in one place.
 * It fails on an answer of 500, on the end of the process, and on an answer that takes longer than five seconds.
 */
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { startBenchStores } from '../bench/stores.ts'
import { startProcess } from '../support/process.ts'
import { apiRequests, oauthRequests, screenRequests } from './_bases.ts'
import { mutate } from './_mutate.ts'
import { type Random, randomFrom } from './_random.ts'
import { type Answer, type Sent, send } from './_request.ts'
import { type LongWorld, openWorld, remember } from './_world.ts'

const count = Number(process.env.REQUESTS ?? 60_000)
const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 32))
/** So many requests at once. */
const width = 8
/** After so many everything is put back to where it was: some of them delete what others need. */
const batch = 400
/** The longest that any request may wait for its stores (docs/reliability.md). */
const maxMs = 5_000

console.log(`REQUESTS=${count} SEED=${seed}`)
const dataDir = await mkdtemp(path.join(tmpdir(), 'latchkey-long-'))
const stores = await startBenchStores()
const DATABASE_URL = await stores.databaseUrl()
const REDIS_URL = `${stores.redisUrl}/1`
const port = await freePort()
const base = `http://localhost:${port}`
const ADDRESSES_FILE = path.join(dataDir, 'addresses')
await writeFile(ADDRESSES_FILE, '')
const reporter = pathToFileURL(path.join(import.meta.dirname, '_report-addresses.ts')).href
const running = await startProcess({
  ...{ PORT: `${port}`, ISSUER: base, DATABASE_URL, REDIS_URL, DATA_DIR: dataDir },
  ...{ ADDRESSES_FILE, NODE_OPTIONS: `--import=${reporter}`, TRUST_PROXY: '1', LOG_LEVEL: 'error' },
})
const log = path.join(tmpdir(), 'latchkey-long.log')
await writeFile(log, '')
running.child.stdout!.on('data', line => appendFile(log, line))
process.once('exit', () => running.child.kill('SIGKILL'))
let ended: number | string | null | undefined
running.ended.then(how => {
  ended = how ?? 'no code'
})

const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
const sql = async <T = Record<string, unknown>>(text: string, values?: unknown[]) =>
  (await pool.query(text, values)).rows as T[]
const world = await openWorld(base, sql, dataDir)
const addresses = [...new Set((await readFile(ADDRESSES_FILE, 'utf8')).trim().split('\n'))]
const bases = [
  ...(await screenRequests(world, addresses)),
  ...repeated(4, apiRequests(world)),
  ...repeated(3, await oauthRequests(world)),
]
const putBack = await remember(sql, REDIS_URL)
console.log(`${addresses.length} addresses, ${bases.length} requests to begin from`)

const agent = new Agent({ keepAlive: true, maxSockets: width })
const statuses = new Map<number, number>()
const faults: string[] = []
let [answered, past, unsendable, longest] = [0, 0, 0, 0]

for (let done = 0; done < count && ended === undefined; done += batch) {
  await putBack()
  const numbers = Array.from({ length: Math.min(batch, count - done) }, (_, at) => done + at)
  await Promise.all(Array.from({ length: width }, () => work(numbers)))
  if ((done / batch) % 25 === 0) console.log(`${Math.min(done + batch, count)} sent, ${faults.length} faults`)
}
for (const fault of faults) console.log(fault)
console.log(
  `answers by status: ${JSON.stringify(Object.fromEntries([...statuses].sort(([a], [b]) => a - b)))}`,
)
console.log(
  `${answered} answered, ${unsendable} that Node’s client refused to send, longest ${Math.round(longest)} ms`,
)
console.log(`past the first check: ${((100 * past) / answered).toFixed(1)} %`)
console.log(`the process ${ended === undefined ? 'lives' : `ended: ${ended}`}; its log: ${log}`)
const held = faults.length === 0 && ended === undefined
console.log(held ? 'All held.' : 'Something did not hold.')
agent.destroy()
await pool.end()
running.child.kill('SIGINT')
await running.ended
await stores.stop()
await rm(dataDir, { recursive: true, force: true })
process.exit(held ? 0 : 1)

function repeated<T>(times: number, list: T[]): T[] {
  return Array.from({ length: times }, () => list).flat()
}

async function work(numbers: number[]): Promise<void> {
  for (let number = numbers.pop(); number !== undefined && ended === undefined; number = numbers.pop()) {
    const { sent, change } = requestOf(randomFrom(seed + number * 2_654_435_761), world)
    const about = () => `${number}: ${change}: ${JSON.stringify(sent).slice(0, 600)}`
    try {
      const answer = await send(agent, port, sent)
      if (answer) note(answer, about)
      else unsendable++
    } catch (error) {
      // Closing a connection whose request cannot be read, or whose body is too large, is an answer too.
      const { code } = error as { code?: string }
      if (code !== 'ECONNRESET' && code !== 'EPIPE' && !code?.startsWith('HPE_'))
        faults.push(`${error} ${about()}`)
    }
  }
}

function note(answer: Answer, about: () => string): void {
  answered++
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
  longest = Math.max(longest, answer.ms)
  if (isPast(answer)) past++
  if (answer.status >= 500) faults.push(`${answer.status} ${answer.requestId} ${about()}`)
  if (answer.ms > maxMs) faults.push(`${Math.round(answer.ms)} ms ${about()}`)
}

/** Neither an unknown address or method, nor refused for who asks, nor for the frame of the body. */
function isPast({ status, location, requestId }: Answer): boolean {
  const atSignIn = new URL(location || '/', base).pathname === '/sign-in'
  return requestId !== '' && ![401, 403, 404, 405, 413, 415, 421, 429].includes(status) && !atSignIn
}

function requestOf(random: Random, { ids }: LongWorld): { sent: Sent; change: string } {
  const sent = structuredClone(random.of(bases))
  // Rate limits count by network: each request comes from another one.
  sent.headers.push(['x-forwarded-for', `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`])
  return { change: mutate(sent, random, ids), sent }
}
