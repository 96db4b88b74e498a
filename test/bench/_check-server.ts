/**
 * One of the two servers that the check part compares, in a process of its own: `ours` is the whole product, `bare` is Koa with
 * one route that reads one page by its key with a prepared statement.
 */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import pg from 'pg'
import { createInstallServer } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { listen } from '../../src/server.ts'

const config = readConfig()
process.send!(process.argv[2] === 'bare' ? await listenBare() : await listenOurs())

async function listenOurs(): Promise<number> {
  return (await listen(await createInstallServer(config), { port: config.port, host: '127.0.0.1' })).port
}

async function listenBare(): Promise<number> {
  const pool = new pg.Pool({ connectionString: config.databaseUrl!, max: 20 })
  const app = new Koa()
  app.use(async ctx => {
    const [, workspaceId, id] = ctx.path.split('/')
    const { rows } = await pool.query({
      name: 'page-by-key',
      text: 'select id, parent_id, title, icon, created_at, updated_at from pages where workspace_id = $1 and id = $2',
      values: [workspaceId, id],
    })
    ctx.body = rows[0]
  })
  const server = app.listen(config.port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
