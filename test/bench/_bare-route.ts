/** The baseline of the check part, in a process of its own: Koa with one route that reads one page by its key. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL!, max: 20 })
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
const server = app.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send!((server.address() as AddressInfo).port)
