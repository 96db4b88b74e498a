import { beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { seedConnection, type World } from '../support/seed.ts'

/** Ben's connection in Acme, with one secret. */
const { server, world } = await openWorld()
let id: string
let secretId: string

beforeAll(async () => {
  const ben = await signedIn('ben')
  await ben.open('/developers/new/public')
  await ben.press('Create connection', {
    workspace: world.workspaces.acme.id,
    name: 'Relay',
    redirect_uris: 'https://relay.test/callback',
  })
  id = /connections\/([0-9a-f-]{36})/.exec(ben.visit.url)![1]!
  const [row] = await server.sql<{ id: string }>(
    'select id from connection_secrets where connection_id = $1',
    [id],
  )
  secretId = row!.id
})

async function signedIn(who: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[who].email)
  return person
}

/** The token that this person's own forms carry. */
async function csrfOf(person: Person): Promise<string> {
  const before = person.visit
  await person.open('/sign-out')
  const token = person.visit.$('input[name=csrf]').first().val() as string
  person.visit = before
  return token
}

const nobody = '00000000-0000-4000-8000-000000000000'
const gets = (connection: string) => [
  `/developers/connections/${connection}`,
  `/developers/connections/${connection}/settings`,
  `/developers/connections/${connection}/manifest`,
  `/developers/connections/${connection}/manifest.json`,
  `/developers/connections/${connection}/danger`,
  `/developers/connections/${connection}/disable`,
  `/developers/connections/${connection}/delete`,
  `/developers/connections/${connection}/secrets/${secretId}/revoke`,
]
const posts = (connection: string): [string, Record<string, string>][] => [
  [`/developers/connections/${connection}/secrets`, {}],
  [`/developers/connections/${connection}/secrets/${secretId}/revoke`, {}],
  [
    `/developers/connections/${connection}/settings`,
    { version: '1', name: 'Taken', capabilities: 'read_content', redirect_uris: 'https://evil.test/' },
  ],
  [`/developers/connections/${connection}/logo`, {}],
  [`/developers/connections/${connection}/logo/remove`, {}],
  [`/developers/connections/${connection}/manifest`, { manifest: '{"name":"Taken"}' }],
  [`/developers/connections/${connection}/manifest/apply`, { manifest: '{"name":"Taken"}', version: '1' }],
  [`/developers/connections/${connection}/disable`, {}],
  [`/developers/connections/${connection}/enable`, {}],
  [`/developers/connections/${connection}/delete`, {}],
]

/** The screen without its parts that differ for every request: the request id and the form token. */
function words(person: Person): string {
  return person.text().replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')
}

async function unchanged(): Promise<void> {
  const [row] = await server.sql(
    `select name, redirect_uris, disabled_at, deleted_at, logo is null as bare,
       (select count(*)::int from connection_secrets s where s.connection_id = c.id and s.revoked_at is null) as secrets
     from connections c where id = $1`,
    [id],
  )
  expect(row).toEqual({
    name: 'Relay',
    redirect_uris: ['https://relay.test/callback'],
    disabled_at: null,
    deleted_at: null,
    bare: true,
    secrets: 1,
  })
}

describe('whoever does not look after a connection', () => {
  it.each([
    ['cleo', 'another developer of the same workspace'],
    ['gus', 'a guest of the workspace'],
    ['dora', 'a stranger to the workspace'],
  ] as const)('%s, %s, is answered at every address as if there were none', async (who, _standing) => {
    const person = await signedIn(who)
    const csrf = await csrfOf(person)
    for (const [at, address] of gets(id).entries()) {
      await person.open(address)
      const answer = [person.visit.status, words(person)]
      await person.open(gets(nobody)[at]!)
      expect([address, ...answer]).toEqual([address, 404, words(person)])
    }
    for (const [at, [address, fields]] of posts(id).entries()) {
      await person.open(address, { method: 'POST', body: new URLSearchParams({ ...fields, csrf }) })
      const answer = [person.visit.status, words(person)]
      await person.open(posts(nobody)[at]![0], {
        method: 'POST',
        body: new URLSearchParams({ ...fields, csrf }),
      })
      expect([address, ...answer]).toEqual([address, 404, words(person)])
    }
    await unchanged()
  })

  it('is led to the sign-in when signed out, the same for every connection, and changes nothing', async () => {
    for (const connection of [id, nobody]) {
      const person = new Person(server.base)
      for (const address of gets(connection)) {
        const answer = await person.send(address)
        expect(answer.status).toBe(303)
        expect(answer.headers.get('location')).toBe(`/sign-in?return=${encodeURIComponent(address)}`)
      }
      await person.open('/sign-in')
      const csrf = person.visit.$('input[name=csrf]').first().val() as string
      for (const [address, fields] of posts(connection)) {
        const body = new URLSearchParams({ ...fields, csrf })
        const answer = await person.send(address, { method: 'POST', body })
        expect([address, answer.status, answer.headers.get('location')]).toEqual([address, 303, '/sign-in'])
      }
    }
    await unchanged()
  })

  it('was its creator, until he became a guest or left', async () => {
    const ben = await signedIn('ben')
    expect((await ben.open(`/developers/connections/${id}`)).status).toBe(200)
    const set = (role: string) =>
      server.sql('update members set role = $1 where user_id = $2 and workspace_id = $3', [
        role,
        world.users.ben.id,
        world.workspaces.acme.id,
      ])
    await set('guest')
    expect((await ben.open(`/developers/connections/${id}`)).status).toBe(404)
    await set('member')
    expect((await ben.open(`/developers/connections/${id}`)).status).toBe(200)
  })

  it('learns nothing from the place where a list goes on', async () => {
    const dora = await signedIn('dora')
    await dora.open(`/developers?after=${id}`)
    const known = words(dora)
    await dora.open(`/developers?after=${nobody}`)
    expect(words(dora)).toBe(known)
  })

  it('…nor from that of his own workspace’s lists', async () => {
    const own = crypto.randomUUID()
    await server.sql(`insert into workspaces (id, name, plan) values ($1, 'Own', 'enterprise')`, [own])
    const { dora } = world.users
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [
      own,
      dora.id,
    ])
    const alpha = await seedConnection(server.sql, { name: 'Alpha' })
    await server.sql('insert into approvals (workspace_id, connection_id) values ($1, $2)', [own, alpha.id])
    const person = await signedIn('dora')
    for (const place of [nobody, id]) {
      await person.open(`/settings/${own}/approved?after=${place}`)
      expect(person.text()).toContain('Alpha')
    }
  })
})

describe('a form that did not come from its own screen', () => {
  it('changes nothing at any address', async () => {
    const ben = await signedIn('ben')
    for (const [address, fields] of posts(id)) {
      for (const csrf of ['', 'x'.repeat(43)]) {
        await ben.open(address, { method: 'POST', body: new URLSearchParams({ ...fields, csrf }) })
        expect([address, ben.visit.status]).toEqual([address, 403])
      }
    }
    await unchanged()
  })

  it('is refused as an upload too', async () => {
    const ben = await signedIn('ben')
    const body = new FormData()
    body.append('logo', new File([await png(8, 8)], 'logo.png', { type: 'image/png' }))
    await ben.open(`/developers/connections/${id}/logo`, { method: 'POST', body })
    expect(ben.visit.status).toBe(403)
    await unchanged()
  })

  it('with a choice that no form of ours has, or a NUL, is refused', async () => {
    const ben = await signedIn('ben')
    await ben.open(`/developers/connections/${id}/settings`)
    for (const fields of [
      { capabilities: 'admin' },
      { people: 'everything' },
      { client: 'secret' },
      { flow: 'first_party' },
      { version: 'latest' },
      { name: 'a\0b' },
    ]) {
      await ben.open(`/developers/connections/${id}/settings`)
      await ben.press('Save settings', fields as unknown as Record<string, string>)
      expect([fields, ben.visit.status]).toEqual([fields, 400])
    }
    await unchanged()
  })
})

describe('what only the operator may say', () => {
  it('is not taken from a form or a manifest: first-party, verified, the workspace, the creator', async () => {
    const ben = await signedIn('ben')
    await ben.open(`/developers/connections/${id}/settings`)
    await ben.press('Save settings', {
      description: 'Said',
      first_party: 'true',
      verified: 'true',
      resource_server: 'true',
      workspace: world.workspaces.side.id,
      kind: 'internal',
    })
    const standing = () =>
      server.sql(
        'select kind, first_party, verified, resource_server, workspace_id, created_by from connections where id = $1',
        [id],
      )
    const plain = {
      kind: 'public',
      first_party: false,
      verified: false,
      resource_server: false,
      workspace_id: world.workspaces.acme.id,
      created_by: world.users.ben.id,
    }
    expect(await standing()).toEqual([plain])
    for (const manifest of [
      { first_party: true },
      { verified: true },
      { workspace_id: world.workspaces.side.id },
      { resource_server: true },
      { kind: 'internal' },
      { id: nobody },
    ]) {
      await ben.open(`/developers/connections/${id}/manifest`)
      await ben.press('Show what would change', { manifest: JSON.stringify(manifest) })
      expect([manifest, ben.visit.status]).toEqual([manifest, 400])
    }
    expect(await standing()).toEqual([plain])
  })
})

describe('a secret that is shown once', () => {
  it('is not shown to another person, at another connection, or again', async () => {
    const ben = await signedIn('ben')
    await ben.open('/developers/new/public')
    const form = ben.formOf('Create connection', {
      name: 'Once',
      redirect_uris: 'https://relay.test/callback',
    })
    const answer = await ben.send(form.action, { method: 'POST', body: form.body })
    const address = answer.headers.get('location')!
    const ada = await signedIn('ada')
    const shown = new URL(address, server.base).searchParams.get('shown')!
    // An owner of the workspace may open it, but the secret was made for Ben, and the owner's visit does not use it up.
    await ada.open(address)
    expect(ada.visit.status).toBe(200)
    expect(ada.visit.$('#shown-value')).toHaveLength(0)
    await ben.open(address.replace(/connections\/[0-9a-f-]+/, `connections/${id}`))
    expect(ben.visit.$('#shown-value')).toHaveLength(0)
    await ben.open(address)
    expect(ben.visit.$('#shown-value').text()).toMatch(/^lks_\w{36}$/)
    await ben.open(address)
    expect(ben.visit.$('#shown-value')).toHaveLength(0)
    expect(shown).toMatch(/^[\w-]{32}$/)
  })

  it('stands in no store in the clear, and in no copy that a browser keeps', async () => {
    const ben = await signedIn('ben')
    await ben.open('/developers/new/public')
    await ben.press('Create connection', { name: 'Kept', redirect_uris: 'https://relay.test/callback' })
    const secret = ben.visit.$('#shown-value').text().trim()
    expect(ben.visit.headers.get('cache-control')).toBe('no-store')
    const rows = await server.sql(
      `select from connection_secrets s where s::text like '%' || $1 || '%' union all
       select from events e where e::text like '%' || $1 || '%'`,
      [secret],
    )
    expect(rows).toEqual([])
  })
})

function png(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .png()
    .toBuffer()
}
