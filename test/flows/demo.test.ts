import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { prepareDemo } from '../../src/demo/load.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
const load = () => prepareDemo(server.server.stores, { ...server.config, demo: true })
const file = () => path.join(server.config.dataDir, 'demo.json')
const named = async (name: string) =>
  (await server.sql<{ id: string }>('select id from connections where name = $1 order by id', [name])).map(
    one => one.id,
  )

describe('the demo in a database that others use', () => {
  beforeAll(async () => {
    server = await startServer()
    await load()
  })
  afterAll(() => server.close())

  it('is loaded once, and tells who made what asks', async () => {
    await load()
    const rows = await server.sql(
      `select name from connections group by name having count(*) > 1 or max(developer_name) is null and max(kind) = 'public'`,
    )
    expect(rows).toEqual([])
  })

  it('begins anew after an interrupted load, without what that one made and with what others made', async () => {
    const { begun } = JSON.parse(await readFile(file(), 'utf8'))
    await writeFile(file(), JSON.stringify({ begun }))
    const [before] = await named('Relay Automations')
    const foreign = '01900000-0000-7000-8000-00000000f0f0'
    await server.sql(
      `insert into connections (id, kind, name, client_type, redirect_uris, capabilities, created_at, updated_at)
       values ($1, 'public', 'Relay Automations', 'confidential', '{https://relay.test/callback}', '{}', now(), now())`,
      [foreign],
    )
    await load()
    const after = await named('Relay Automations')
    expect(after).toHaveLength(2)
    expect(after).toContain(foreign)
    expect(after).not.toContain(before)
    expect(await named('GitHub')).toHaveLength(1)
    expect(await named('Acme Reporter')).toHaveLength(1)
  })
})
