/**
 * npm run bench: every part, or those named (`npm run bench -- import picker`). A part is a file of this folder that exports
 * `run(bench)`; it prints its figures with `bench.figure`.
 */
import { readdir } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { startBenchStores } from './stores.ts'

export type Bench = {
  /** A database of its own on a durable PostgreSQL, migrated. */
  databaseUrl(): Promise<string>
  redisUrl: string
  /** A session's process of that PostgreSQL. */
  databasePid: number
  /** One line of the result. */
  figure(name: string, value: string): void
}

const folder = import.meta.dirname
const parts = (await readdir(folder))
  .map(file => path.basename(file, '.ts'))
  .filter(name => name !== 'run' && name !== 'stores' && !name.startsWith('_'))
const asked = process.argv.slice(2)
const unknown = asked.filter(name => !parts.includes(name))
if (unknown.length > 0) {
  console.error(`No part ${unknown.join(', ')}; there are ${parts.join(', ')}.`)
  process.exit(2)
}

const stores = await startBenchStores()
try {
  console.log(
    `${os.availableParallelism()} cores (${os.cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.version}, ` +
      `PostgreSQL ${stores.postgresVersion}, Redis ${stores.redisVersion}`,
  )
  for (const name of asked.length > 0 ? asked : parts) {
    console.log(`\n${name}`)
    const part = (await import(`./${name}.ts`)) as { run?: (bench: Bench) => Promise<void> }
    await part.run?.({
      ...stores,
      figure: (label, value) => console.log(`  ${label.padEnd(52)} ${value}`),
    })
  }
} finally {
  await stores.stop()
}
