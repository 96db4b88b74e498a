/**
 * Long runs of the state machine: npm run test:machine. RUNS (500) says how many sequences of up to STEPS (40) steps, SEED which ones; the
 * first one that the product and the model tell differently is made as short as it gets, and printed.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { startBenchStores } from '../bench/stores.ts'
import { startProcess } from '../support/process.ts'
import { begin, sequences } from './_sequences.ts'

const { RUNS = 500, STEPS = 40, SEED = Math.floor(Math.random() * 2 ** 31) } = process.env
console.log(`RUNS=${RUNS} STEPS=${STEPS} SEED=${SEED}`)
const dataDir = await mkdtemp(path.join(tmpdir(), 'latchkey-machine-'))
const stores = await startBenchStores()
const DATABASE_URL = await stores.databaseUrl()
const port = await freePort()
const base = `http://localhost:${port}`
const running = await startProcess({
  ...{ PORT: `${port}`, ISSUER: base, DATABASE_URL, REDIS_URL: `${stores.redisUrl}/1`, DATA_DIR: dataDir },
})
process.once('exit', () => running.child.kill('SIGKILL'))
const pool = new pg.Pool({ connectionString: DATABASE_URL, max: 2 })
const server = {
  base,
  sql: async <T>(text: string, values?: unknown[]) => (await pool.query(text, values)).rows as T[],
}
let [sequencesDone, stepsDone] = [0, 0]
const outcome = await fc.check(
  fc.asyncProperty(sequences(Number(STEPS)), async steps => {
    const begun = await begin(server)
    await fc.asyncModelRun(() => begun, steps)
    sequencesDone++
    stepsDone += [...`${steps}`.matchAll(/\(\w+, connection/g)].length
    if (sequencesDone % 50 === 0) console.log(`     ${sequencesDone} sequences, ${stepsDone} steps`)
  }),
  { numRuns: Number(RUNS), seed: Number(SEED) },
)
console.log(`${outcome.failed ? 'FAIL' : 'ok  '} ${sequencesDone} sequences, ${stepsDone} steps`)
if (outcome.failed) console.log(fc.defaultReportMessage(outcome), outcome.errorInstance)
await pool.end()
running.child.kill('SIGINT')
await running.ended
await stores.stop()
await rm(dataDir, { recursive: true, force: true })
process.exit(outcome.failed ? 1 : 0)
