/**
 * Long runs of the state machine: npm run test:machine. RUNS (1,000) says how many sequences of up to STEPS (30) steps, SEED which ones.
 * The first one that the product and the model tell differently is made as short as it gets, and printed.
 */
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { startBenchStores } from '../bench/stores.ts'
import { startProcess } from '../support/process.ts'
import { begin, sequences } from './_sequences.ts'

const { RUNS = 1_000, STEPS = 30, SEED = Math.floor(Math.random() * 2 ** 31) } = process.env
console.log(`RUNS=${RUNS} STEPS=${STEPS} SEED=${SEED}`)
const dataDir = await mkdtemp(path.join(tmpdir(), 'latchkey-machine-'))
const stores = await startBenchStores()
const DATABASE_URL = await stores.databaseUrl()
const port = await freePort()
const base = `http://localhost:${port}`
const running = await startProcess({
  ...{ PORT: `${port}`, ISSUER: base, DATABASE_URL, REDIS_URL: `${stores.redisUrl}/1`, DATA_DIR: dataDir },
  LOG_LEVEL: 'error',
})
const log = path.join(tmpdir(), 'latchkey-machine.log')
await writeFile(log, '')
running.child.stdout!.on('data', line => appendFile(log, line))
process.once('exit', () => running.child.kill('SIGKILL'))
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
const server = {
  base,
  sql: async <T>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as T[],
}
/** A power failure is no part of this. */
await pool.query('alter system set fsync = off')
await pool.query('select pg_reload_conf()')

let [sequencesDone, stepsDone] = [0, 0]
const played = new Map<string, number>()
async function play(seed: number, numRuns: number) {
  const outcome = await fc.check(
    fc.asyncProperty(sequences(Number(STEPS)), async steps => {
      const begun = await begin(server)
      await fc.asyncModelRun(() => begun, steps)
      for (const [, name] of `${steps}`.matchAll(/(?:^\[|\]\),?| beside )([^[(]+) \(\w+, connection/g)) {
        const known = name!.replace(/^.* beside /, '').trim()
        played.set(known, (played.get(known) ?? 0) + 1)
        stepsDone++
      }
      if (++sequencesDone % 50 === 0) console.log(`     ${sequencesDone} sequences, ${stepsDone} steps`)
    }),
    { numRuns, seed },
  )
  if (outcome.failed) console.log(`FAIL ${fc.defaultReportMessage(outcome)}`, outcome.errorInstance)
  return !outcome.failed
}

/** Several workspaces at a time. */
const width = 3
const share = Math.ceil(Number(RUNS) / width)
const plays = Array.from({ length: width }, (_, at) => play(Number(SEED) + at, share))
const held = (await Promise.all(plays)).every(one => one)
for (const [name, count] of [...played].sort(([, a], [, b]) => b - a)) console.log(`     ${count} × ${name}`)
console.log(`its log: ${log}`)
console.log(`${held ? 'ok  ' : 'FAIL'} ${sequencesDone} sequences, ${stepsDone} steps`)
await pool.end()
running.child.kill('SIGINT')
await running.ended
await stores.stop()
await rm(dataDir, { recursive: true, force: true })
process.exit(held ? 0 : 1)
