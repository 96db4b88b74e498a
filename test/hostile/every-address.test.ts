import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import Router from '@koa/router'
import { address, kept, patternsOf, plain } from '../support/addresses.ts'
import { signedIn } from '../support/allowed.ts'
import { csrfOf } from '../support/developers.ts'
import { seedThings } from '../support/one-of-everything.ts'
import { Person } from '../support/person.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

// The addresses are read from the product's own routers: one that is added is attacked without being named here.
const built = jest.spyOn(Router.prototype, 'routes')

let server: TestServer
let world: World
/** The addresses that take a form. */
let patterns: string[]
/** Addresses of things that belong to somebody. */
let screens: string[]
/** Values for the names in the patterns: things of Acme that exist. */
let things: Record<string, string>
/** Fields that forms ask for. */
let form: Record<string, string>
/** Dora's own workspace. */
let elsewhere: string
let people: Record<'ada' | 'ben' | 'cleo' | 'gus' | 'dora' | 'nobody', Person>
const tokens = new Map<Person, string>()

beforeAll(async () => {
  server = await startServer()
  const routers = built.mock.contexts as Router[]
  patterns = patternsOf(routers, 'POST')
  screens = patternsOf(routers, 'GET').filter(
    pattern => pattern.includes(':') && !/^\/(logos\/:connection|mail\/:mail)$/.test(pattern),
  )
  world = await seedWorld(server.sql)
  elsewhere = await workspaceOfDora()
  const signed = async (who: keyof World['users']) => signedIn(server, world.users[who])
  const [ada, ben, cleo] = [await signed('ada'), await signed('ben'), await signed('cleo')]
  const nobody = new Person(server.base)
  people = { ada, ben, cleo, gus: await signed('gus'), dora: await signed('dora'), nobody }
  things = { ...(await seedThings(server, world, people)), attempt: randomUUID() }
  form = filledIn()
  for (const person of Object.values(people)) tokens.set(person, await csrfOf(person))
})
afterAll(() => server.close())

async function workspaceOfDora(): Promise<string> {
  const id = randomUUID()
  await server.sql(`insert into workspaces (id, name, plan) values ($1, 'Elsewhere', 'enterprise')`, [id])
  const member = `insert into members (workspace_id, user_id, role) values ($1, $2, 'owner')`
  await server.sql(member, [id, world.users.dora.id])
  return id
}

function filledIn(): Record<string, string> {
  const { workspace, connection, installation, user, page } = things as Record<string, string>
  return {
    ...{ workspace: workspace!, workspace_id: workspace!, connection_id: connection!, user_id: user! },
    ...{ installation: installation!, pages: page!, before: world.pages.handbook.id, altogether: 'yes' },
    ...{ decision: 'approve', answer: 'No.', reason: 'Yes.', installed: 'disconnect', q: 'a', as: user! },
    ...{ restrict_installs: 'none', connection_creation: 'everyone', overlap: '0', step: 'refresh' },
    ...{ name: 'Taken', redirect_uris: 'https://evil.test/', capabilities: 'read_content', version: '1' },
    ...{ client_type: 'confidential', people: 'none', manifest: '{"name":"Taken"}', show: 'yes' },
  }
}

/** Open to everyone who is signed in, or to everyone. The address of a mail is a credential: test/flows/mail.test.ts forges it. */
const open =
  /^\/(sign-in|sign-out|device|mail\/:mail|developers\/new\/(public|internal)|developers\/sandbox\/(myself|remove))$/
const closed = () => patterns.filter(pattern => !open.test(pattern))

const owners =
  /^\/settings\/:workspace\/(connections|approved|requests|policy|hand-over|offers\/:offer\/withdraw)/
const rightful = (pattern: string) => (owners.test(pattern) ? people.ada : people.ben)

const unknown = '99999999-9999-4999-8999-999999999999'
const nothing = (kept: Record<string, string> = {}) =>
  Object.fromEntries(Object.keys(things).map(name => [name, kept[name] ?? unknown]))

async function send(person: Person, to: string, fields: Record<string, string> = form) {
  const body = new URLSearchParams({ csrf: tokens.get(person)!, ...fields })
  const answer = await person.send(to, { method: 'POST', body })
  const html = await answer.text()
  return { status: answer.status, to: answer.headers.get('location'), words: plain(html) }
}

async function changesNothing(attack: (pattern: string) => Promise<unknown>, to = patterns): Promise<void> {
  const before = await kept(server)
  await Promise.all(to.map(attack))
  expect(await kept(server)).toEqual(before)
}

it('knows the addresses', () => {
  expect(patterns.length).toBeGreaterThan(70)
  expect(screens.length).toBeGreaterThan(40)
})

describe('every screen of what somebody has', () => {
  const seen = async (person: Person, to: string) => {
    const answer = await person.send(to)
    return { status: answer.status, to: answer.headers.get('location'), words: plain(await answer.text()) }
  }

  it('leads the signed-out to the sign-in, or says that the flow is not theirs', () =>
    changesNothing(async pattern => {
      const { status, to } = await seen(people.nobody, address(pattern, things))
      if (pattern.startsWith('/install/')) expect([pattern, status]).toEqual([pattern, 410])
      else expect([pattern, status, to]).toEqual([pattern, 303, expect.stringMatching(/^\/sign-in/)])
    }, screens))

  it.each([
    ['dora', 'of another workspace'],
    ['gus', 'a guest'],
    ['cleo', 'a member'],
  ] as const)('is the same for %s, %s, whether or not it exists', async (who, _standing) => {
    const addresses = screens.filter(pattern => who !== 'cleo' || !pattern.startsWith('/w/'))
    await changesNothing(async pattern => {
      const real = await seen(people[who], address(pattern, things))
      const other = await seen(people[who], address(pattern, nothing({ workspace: things.workspace! })))
      expect([pattern, real]).toEqual([pattern, other])
      expect([pattern, real.status < 500]).toEqual([pattern, true])
    }, addresses)
  })
})

describe('every screen of the owner of one workspace', () => {
  /** All that any screen asks of its address. */
  const asked = (ids: Record<string, string>) => {
    const names = ['workspace', 'connection', 'installation', 'request', 'offer', 'user', 'secret', 'page']
    const query = new URLSearchParams(names.map((name): [string, string] => [name, ids[name]!]))
    const more = {
      person: 'cleo',
      q: 'Hand',
      open: ids.page!,
      after: ids.page!,
      kind: 'installation.activated',
    }
    for (const [name, value] of Object.entries(more)) query.append(name, value)
    return query.toString()
  }

  it('shows nothing of another, whatever ids its address and its query name', async () => {
    const addresses = new Set([...screens, '/gallery', '/developers', '/developers/new/internal'])
    await changesNothing(
      async pattern => {
        const [real, other] = await Promise.all(
          [things, nothing()].map(async ids => {
            const [path] = address(pattern, { ...ids, workspace: elsewhere }).split('?')
            const answer = await people.dora.send(`${path}?${asked(ids)}`)
            return { status: answer.status, words: plain(await answer.text()) }
          }),
        )
        expect([pattern, real]).toEqual([pattern, other])
        expect([pattern, real!.status < 500]).toEqual([pattern, true])
        for (const foreign of ['Handbook', 'Cleo', 'Ben', 'Acme'])
          expect([pattern, real!.words.replaceAll(/value="[^"]*"/g, '').includes(foreign)]).toEqual([
            pattern,
            false,
          ])
      },
      [...addresses],
    )
  })
})

describe('every address that takes a form', () => {
  it.each([
    ['without a token', () => ''],
    ['with the token of somebody else', () => tokens.get(people.dora)!],
    ['with one of the right length', () => '0'.repeat(43)],
  ])('refuses it %s', (_, token) =>
    changesNothing(async pattern => {
      const fields = { ...form, csrf: token() }
      const { status, words } = await send(rightful(pattern), address(pattern, things), fields)
      expect([pattern, status]).toEqual([pattern, 403])
      expect(words).toContain('This form is no longer valid')
    }),
  )

  it('leads the signed-out to the sign-in, or says that the flow is not theirs', () =>
    changesNothing(async pattern => {
      const { status, to } = await send(people.nobody, address(pattern, things))
      if (pattern.startsWith('/install/')) expect([pattern, status]).toEqual([pattern, 410])
      else expect([pattern, status, to]).toEqual([pattern, 303, expect.stringMatching(/^\/sign-in/)])
    }, closed()))

  it.each([
    ['dora', 'of another workspace'],
    ['gus', 'a guest'],
    ['cleo', 'a member'],
  ] as const)('refuses %s, %s, in the same words whether or not it exists', async (who, _standing) => {
    // The page itself is no secret to a member: its menu is attacked in its own tests.
    const addresses = closed().filter(pattern => who !== 'cleo' || !pattern.startsWith('/w/'))
    await changesNothing(async pattern => {
      const real = await send(people[who], address(pattern, things))
      const other = await send(people[who], address(pattern, nothing({ workspace: things.workspace! })))
      expect([pattern, real]).toEqual([pattern, other])
      expect([pattern, [403, 404, 410].includes(real.status)]).toEqual([pattern, true])
    }, addresses)
  })

  it('takes nothing of another workspace from the owner of one', async () => {
    const fields = { ...form, workspace: elsewhere, workspace_id: elsewhere }
    await changesNothing(
      async pattern => {
        const real = await send(people.dora, address(pattern, { ...things, workspace: elsewhere }), fields)
        const other = await send(people.dora, address(pattern, nothing({ workspace: elsewhere })), fields)
        expect([pattern, real]).toEqual([pattern, other])
      },
      closed().filter(pattern => pattern.includes(':workspace') && !pattern.endsWith('/policy')),
    )
  })

  it.each([
    ['short', 'x'],
    ['with a NUL', '%00'],
    ['an inherited name', '__proto__'],
    ['no UTF-8', '%ff'],
    ['a path', '..%2f'],
    ['long', 'a'.repeat(3000)],
  ])('finds nothing under an id that is %s', (_, id) =>
    changesNothing(
      async pattern => {
        for (const [, name] of pattern.matchAll(/:(\w+)/g)) {
          const wrong = { ...things, [name!]: id, ...(name === 'connection' && { internal: id }) }
          const ids = name === 'installation' ? { ...wrong, left: id } : wrong
          const { status, to } = await send(rightful(pattern), address(pattern, ids))
          const isRefused = (status >= 400 && status < 500) || to?.endsWith('?said=gone')
          expect([pattern, name, status, isRefused]).toEqual([pattern, name, status, true])
        }
      },
      patterns.filter(pattern => pattern.includes(':')),
    ),
  )

  it('takes no body that is no form', () =>
    changesNothing(async pattern => {
      const person = rightful(pattern)
      const fields = new URLSearchParams({ ...form, csrf: tokens.get(person)! })
      const json = JSON.stringify(Object.fromEntries(fields))
      for (const [status, body, type] of [
        [413, `${fields}&x=${'a'.repeat(300_000)}`, 'application/x-www-form-urlencoded'],
        [400, `${fields}&x=%00`, 'application/x-www-form-urlencoded'],
        [400, `${fields}`, 'multipart/form-data; boundary=x'],
        [403, json, 'application/json'],
        [403, json, 'text/plain'],
      ] as const) {
        const headers = { 'content-type': type }
        const answer = await person.send(address(pattern, things), { method: 'POST', body, headers })
        expect([pattern, type, answer.status]).toEqual([pattern, type, status])
        expect(await answer.text()).toContain('<h1>')
      }
    }))

  // From here on something changes.
  it.each([
    ['/settings/:workspace/connections/:connection/suspend', ['installation.suspended', 2]],
    ['/settings/:workspace/connections/:connection/resume', ['installation.resumed', 2]],
    ['/settings/:workspace/connections/:connection/access/:access/suspend', ['installation.suspended', 1]],
    ['/settings/:workspace/connections/:connection/access/:access/resume', ['installation.resumed', 1]],
    ['/settings/:workspace/connections/:connection/access/:access/revoke', ['installation.disconnected', 1]],
    ['/settings/:workspace/my-connections/:installation/pages/save', ['pages.changed', 1]],
    ['/settings/:workspace/requests/:request', ['approval-request.approved', 1], ['approval.added', 1]],
    ['/settings/:workspace/offers/:offer/accept', ['hand-over.accepted', 1]],
    ['/settings/:workspace/my-connections/:installation/disconnect', ['installation.disconnected', 1]],
    ['/settings/:workspace/approved/:connection/remove', ['approval.removed', 1]],
    ['/developers/connections/:connection/secrets/:secret/revoke', ['secret.revoked', 1]],
    ['/developers/connections/:connection/token/revoke', ['internal-token.revoked', 1]],
    ['/developers/connections/:connection/playground/sandbox', ['sandbox.created', 1]],
    ['/developers/connections/:connection/playground/sandbox/remove', ['sandbox.removed', 1]],
    ['/developers/connections/:connection/disable', ['connection.disabled', 1]],
    ['/developers/connections/:connection/enable', ['connection.enabled', 1]],
    ['/developers/connections/:connection/delete', ['connection.deleted', 1]],
  ] as [pattern: string, ...told: [kind: string, times: number][]][])(
    'pressed ten times at once does it once: %s',
    async (pattern, ...told) => {
      expect(patterns).toContain(pattern)
      const since = await server.sql<{ at: Date }>('select clock_timestamp() as at')
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => send(rightful(pattern), address(pattern, things))),
      )
      for (const { status } of answers) expect(status).toBeLessThan(500)
      const events = await server.sql<{ kind: string }>('select kind from events where at >= $1', [
        since[0]!.at,
      ])
      for (const [kind, times] of told)
        expect([kind, events.filter(one => one.kind === kind).length]).toEqual([kind, times])
      expect(events.length).toBe(told.reduce((sum, [, times]) => sum + times, 0))
    },
  )

  // The last: some of them need no field at all, and take effect.
  it.each([
    ['empty', ''],
    ['long', '9'.repeat(5000)],
    ['what no form of ours sends', '\ud83d\u202e<script>'],
  ])('breaks at no field that is %s, nor at one that is sent twice', async (_, value) => {
    const names = Object.keys(form)
    for (const pattern of closed()) {
      const person = rightful(pattern)
      const body = new URLSearchParams({ csrf: tokens.get(person)! })
      for (const name of [...names, ...names]) body.append(name, value)
      const query = `list=shared&list=${value.slice(0, 99)}&page=${value.slice(0, 99)}&after=x&offset=-1`
      const [path] = address(pattern, things).split('?')
      const answer = await person.send(`${path}?${query}`, { method: 'POST', body })
      expect([pattern, answer.status < 500]).toEqual([pattern, true])
    }
  })
})
