import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { call } from '../support/api.ts'
import { latchkey } from '../support/command.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let env: Record<string, string>

beforeAll(async () => {
  server = await startServer()
  env = { DATABASE_URL: server.databaseUrl, DATA_DIR: server.config.dataDir }
})
afterAll(() => server.close())

type Created = { id: string; name: string; scopes: string[]; secret: string }
const create = (name: string, scopes: string) =>
  latchkey(['admin', 'create', '--name', name, '--scopes', scopes, '--json'], env)
const complete = (token?: string, headers: [string, string][] = []) =>
  call(server.base, '/v1/admin/logins/99999999-9999-4999-8999-999999999999', {
    method: 'POST',
    body: { user: { external_id: '17' } },
    headers,
    ...(token && { token }),
  })

describe('an admin credential', () => {
  it('is shown once, kept as a hash, and two of one name are live at a time', async () => {
    const first = (await create('Papertrail', 'logins, directory')).json() as Created
    expect(first).toMatchObject({ name: 'Papertrail', scopes: ['logins', 'directory'] })
    expect(first.secret).toMatch(/^lkh_[0-9A-Za-z]{36}$/)
    const kept = JSON.stringify(await server.sql('select * from admin_credentials'))
    expect(kept).not.toContain(first.secret)
    const second = (await create('Papertrail', 'logins')).json() as Created
    expect([(await complete(first.secret)).status, (await complete(second.secret)).status]).toEqual([
      404, 404,
    ])

    const third = await create('Papertrail', 'logins')
    expect([third.code, third.err]).toEqual([
      1,
      'latchkey: There are two live credentials named Papertrail; revoke one of them first.\n',
    ])
    const list = await latchkey(['admin', 'list', '--json'], env)
    expect((list.json() as Created[]).map(one => one.id)).toEqual([first.id, second.id])
    expect(list.out).not.toContain(first.secret)

    expect((await latchkey(['admin', 'revoke', first.id], env)).code).toBe(0)
    expect([(await complete(first.secret)).status, (await complete(second.secret)).status]).toEqual([
      401, 404,
    ])
    expect((await latchkey(['admin', 'revoke', first.id], env)).err).toBe(
      `latchkey: There is no live admin credential ${first.id}.\n`,
    )
    expect((await create('Papertrail', 'logins')).code).toBe(0)
  })

  it('is refused without a known scope', async () => {
    for (const scopes of ['', 'everything', 'logins,__proto__']) {
      const { code, err } = await create('Odd', scopes)
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/^latchkey: --scopes must name some of logins, directory, events; found "/),
      ])
    }
  })
})

describe('a call to the admin API', () => {
  it.each([
    ['nothing', () => undefined],
    ['a value of no kind', () => 'secret'],
    ['an unknown credential', () => newTokenValue('lkh_')],
    ["a partner's token", () => newTokenValue('lka_')],
  ])('is refused with %s', async (_, token) => {
    const answer = await complete(token())
    expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized'])
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer realm=/)
  })

  it('is refused without the scope that it needs, before its body is read', async () => {
    const { secret } = (await create('Directory only', 'directory')).json() as Created
    const answer = await complete(secret)
    expect([answer.status, answer.json.code]).toEqual([403, 'restricted_resource'])
    expect(answer.json.message).toContain('logins')
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope", scope="logins"')
  })

  it('does not open the partner API', async () => {
    const { secret } = (await create('Not a partner', 'logins')).json() as Created
    expect((await call(server.base, '/v1/users/me', { token: secret })).status).toBe(401)
  })
})
