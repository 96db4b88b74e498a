/** Two processes of the product on given stores, under one issuer. */
import pg from 'pg'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { latchkey } from '../support/command.ts'
import { type Running, startProcess } from '../support/process.ts'
import type { TestServer } from '../support/server.ts'

export type Product = {
  bases: string[]
  sql: TestServer['sql']
  env: Record<string, string>
  stop(): Promise<void>
}

/** @param stores DATABASE_URL and REDIS_URL, and the variables that belong to them. @param direct where to seed and migrate. */
export async function startProduct(
  dataDir: string,
  stores: Record<string, string>,
  direct = stores.DATABASE_URL!,
): Promise<Product> {
  const ports = [await freePort(), await freePort()]
  const bases = ports.map(port => `http://localhost:${port}`)
  const env = { DATA_DIR: dataDir, ISSUER: bases[0]!, ...stores }
  const migrated = await latchkey(['migrate'], { ...env, DATABASE_URL: direct })
  if (migrated.code !== 0) throw new Error(migrated.err)
  const running: Running[] = []
  for (const port of ports) running.push(await startProcess({ ...env, PORT: `${port}` }))
  const pool = new pg.Pool({ connectionString: direct, max: 2 })
  pool.on('error', () => {})
  return {
    bases,
    env,
    sql: async (text, values) => (await pool.query(text, values)).rows,
    async stop() {
      await pool.end().catch(() => {})
      for (const { child } of running) child.kill('SIGINT')
      await Promise.all(running.map(one => one.ended))
    },
  }
}
