import { beforeAll, describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

/** More than two screens of everything that is shown in windows. */
const many = 130

const { server, world } = await openWorld()
const acme = world.workspaces.acme.id
const popular = (await seedConnection(server.sql, { name: 'Popular' })).id

beforeAll(async () => {
  const { ada, ben } = world.users
  await server.sql(
    `insert into connections (id, kind, name, redirect_uris, capabilities)
     select gen_random_uuid(), 'public', 'Connection ' || n, '{https://relay.test/callback}', '{read_content}'
     from generate_series(1, $1::int) n`,
    [many],
  )
  await server.sql(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     select $1, gen_random_uuid(), id, $2, 'active', '{read_content}', now(), now() from connections`,
    [acme, ben.id],
  )
  await server.sql(
    `with u as (insert into users (id, email, name)
       select gen_random_uuid(), 'person-' || n || '@acme.test', 'Person ' || n from generate_series(1, $3::int) n
       returning id)
     insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     select $1, gen_random_uuid(), $2, id, 'active', '{read_content}', now(), now() from u`,
    [acme, popular, many],
  )
  // Half of them: the other half are candidates.
  await server.sql(
    `insert into approvals (workspace_id, connection_id, approved_by, approved_at)
     select $1, id, $2, now() from connections where name <> 'Connection 1' limit 70`,
    [acme, ada.id],
  )
  await server.sql(
    `insert into events (id, at, kind, workspace_id, connection_id, actor_id, data)
     select gen_random_uuid(), now() - n * interval '1 hour', 'pages.changed', $1, $2, $3,
       jsonb_build_object('pages', n) from generate_series(1, $4::int) n`,
    [acme, popular, ben.id, many],
  )
  await server.sql(
    `with page as (insert into pages (workspace_id, id, parent_id, title)
       select $1, gen_random_uuid(), $2, 'Note ' || n from generate_series(1, $3::int) n returning id)
     insert into page_paths (workspace_id, page_id, path) select $1, id, array[$2, id]::uuid[] from page`,
    [acme, world.pages.handbook.id, many],
  )
})

const rows = ({ visit: { $ } }: Person) =>
  $('tbody tr, .page-rows li, .gallery-card, .entry')
    .toArray()
    .map(row => $(row).text().replace(/\s+/g, ' ').trim())
    .join('\n')

describe('a list of more than two screens', () => {
  it.each([
    ['connections', () => `/settings/${acme}/connections`],
    ['connections by state', () => `/settings/${acme}/connections?state=active&connection=Connection`],
    ['people', () => `/settings/${acme}/connections/${popular}?person=person`],
    ['approved connections', () => `/settings/${acme}/approved`],
    ['candidates for approval', () => `/settings/${acme}/approved/add?q=connection`],
    ['people of an approved connection', () => `/settings/${acme}/approved/${popular}/people?q=person`],
    ['events', () => `/settings/${acme}/history`],
    ['events of a kind', () => `/settings/${acme}/history?kind=pages.changed&person=ben`],
    ['pages below a page', () => `/w/${acme}/p/${world.pages.handbook.id}`],
    ['the gallery', () => `/gallery?workspace=${acme}&q=connection`],
  ])('%s: each step back shows the screen before, the last one the beginning', async (_what, address) => {
    const ada = new Person(server.base)
    await ada.signIn(world.users.ada.email)
    await ada.open(address())
    expect(ada.visit.status).toBe(200)
    const seen: string[] = []
    for (let step = 0; step < 2; step++) {
      seen.push(rows(ada))
      await ada.open(ada.visit.$('a[rel=next]').attr('href') ?? 'no next')
    }
    expect(new Set([...seen, rows(ada)]).size).toBe(3)
    while (seen.length > 0) {
      await ada.open(ada.visit.$('a[rel=prev]').attr('href') ?? 'no previous')
      expect(rows(ada)).toBe(seen.pop())
    }
    expect(ada.visit.$('a[rel=prev]')).toHaveLength(0)
    expect([...new URL(ada.visit.url, server.base).searchParams.keys()]).not.toContain('after')
  })

  it('goes on where a way back was made up', async () => {
    const ada = new Person(server.base)
    await ada.signIn(world.users.ada.email)
    await ada.open(`/settings/${acme}/history`)
    const next = ada.visit.$('a[rel=next]').attr('href')!
    for (const past of ['"><script>', '_'.repeat(500), 'x'.repeat(1000), '1.2_3.4', '%00']) {
      await ada.open(`${next}&past=${past}`)
      expect(ada.visit.status).toBe(200)
      await ada.open(ada.visit.$('a[rel=prev]').attr('href')!)
      expect(ada.visit.status).toBe(200)
      expect(rows(ada)).toContain('1 hour ago')
    }
  })
})
