/**
 * Drills with real servers that fail: npm run test:failover [-- postgres hang press pooler sentinel cluster]. They take minutes, need
 * Debian's postgresql, redis-server and pgbouncer, and print one line a figure; the last line says whether all held.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { hang, pooler, postgres } from './postgres.ts'
import { press } from './press.ts'
import { cluster, sentinel } from './redis.ts'

const drills = { postgres, hang, press, pooler, sentinel, cluster }
export type Drill = (
  dataDir: string,
  report: (figure: string, value: unknown, holds?: boolean) => void,
) => Promise<void>

const asked = process.argv.slice(2)
const unknown = asked.filter(name => !(name in drills))
if (unknown.length > 0)
  throw new Error(`There is no drill ${unknown.join(', ')}; there are ${Object.keys(drills).join(', ')}.`)

let held = true
for (const [name, drill] of Object.entries(drills)) {
  if (asked.length > 0 && !asked.includes(name)) continue
  const dataDir = await mkdtemp(path.join(tmpdir(), 'latchkey-drill-'))
  await drill(dataDir, (figure, value, holds = true) => {
    held &&= holds
    console.log(`${holds ? 'ok  ' : 'FAIL'} ${name.padEnd(9)} ${figure}: ${JSON.stringify(value)}`)
  })
  await rm(dataDir, { recursive: true, force: true })
}
console.log(held ? 'All held.' : 'Something did not hold.')
process.exit(held ? 0 : 1)
