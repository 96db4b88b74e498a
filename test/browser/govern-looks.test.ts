import { createHash, randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { seal } from '../../src/installs/sealed.ts'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { flaws, openProfile, overflow, signIn } from '../support/browser.ts'
import { seedInstalled } from '../support/installed.ts'
import { openBrowserWorld } from '../support/open-world.ts'
import { password, seedConnection, seedPage } from '../support/seed.ts'

const { server, world, browser } = await openBrowserWorld()
const acme = world.workspaces.acme.id
let popular: { id: string; connectionId: string }
let internal: { id: string; connectionId: string }

beforeAll(async () => {
  ;({ popular, internal } = await crowd())
})

const names = [
  'Relay Automations',
  'Department of Extraordinarily Long and Carefully Chosen Connection Names',
  'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft',
  'مساحة عمل الفريق العربي',
  '🛰️',
]

/** 200 connections of Ben's, one of them with 200 people in every state, and an internal one. */
async function crowd() {
  const { ben, ada } = world.users
  const long = await seedPage(server.sql, acme, 'A title that goes on '.repeat(20).trim())
  for (let n = 0; n < 200; n++) {
    const connection = await seedConnection(server.sql, {
      name: names[n] ?? `Connection ${n}`,
      description:
        n % 3 === 0 ? 'It connects what was not connected, and says so at some length. '.repeat(3) : null,
      developer_name: names[n % names.length],
      first_party: n % 5 === 0,
      verified: n % 2 === 0,
      install_url: n % 2 === 0 ? 'https://relay.test/connect' : null,
      website: 'https://relay.test/',
    })
    await server.sql(
      `insert into installations (workspace_id, id, connection_id, user_id, state, state_reason, capabilities, created_at, updated_at)
       values ($1, $2, $3, $4, $5, case when $6 % 2 = 0 then 'installer-left' else 'by-owner' end, '{read_content,update_content,insert_content,read_comments,insert_comments,read_user_with_email}',
         now() - $6 * interval '1 hour', now())`,
      [acme, randomUUID(), connection.id, ben.id, n % 7 === 0 ? 'suspended' : 'active', n],
    )
  }
  const one = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: ben.id,
    pages: [long.id, world.pages.roadmap.id, world.pages.diary.id],
    name: 'Popular with everyone here',
  })
  await server.sql(
    `with u as (insert into users (id, email, name)
       select gen_random_uuid(), 'person-' || n || '@acme.test', case n % 9 when 0 then $3 else 'Person ' || n end
       from generate_series(1, 200) n returning id, name),
     m as (insert into members (workspace_id, user_id, role) select $1, id, 'member' from u where id::text > '2')
     insert into installations (workspace_id, id, connection_id, user_id, state, state_reason, capabilities, created_at, updated_at)
     select $1, gen_random_uuid(), $2, id, case when id::text > 'e' then 'revoked' when id::text > 'd' then 'suspended' else 'active' end,
       case when id::text > 'e' then 'while-suspended' else 'by-owner' end,
       '{read_content}', now(), now() from u`,
    [acme, one.connectionId, names[2]],
  )
  const reporter = await seedInstalled(server.sql, {
    workspaceId: acme,
    userId: null,
    pages: [world.pages.handbook.id],
    grantedBy: ada.id,
    name: 'Acme Reporter',
  })
  const token = newTokenValue('lki_')
  await server.sql('update internal_tokens set token_sealed = $1, token_hash = $2', [
    seal(server.server.stores.secretKeys, 'internal-token', token),
    createHash('sha256').update(token).digest(),
  ])
  return { popular: one, internal: reporter }
}

describe('in every look', () => {
  it.each([
    [
      'ben',
      () => [
        `/settings/${acme}/my-connections`,
        `/settings/${acme}/my-connections/${popular.id}/pages`,
        `/settings/${acme}/my-connections/${popular.id}/disconnect`,
        `/gallery?workspace=${acme}`,
      ],
    ],
    [
      'ada',
      () => [
        `/settings/${acme}/connections`,
        `/settings/${acme}/connections?person=nobody`,
        `/settings/${acme}/connections/${popular.connectionId}`,
        `/settings/${acme}/connections/${popular.connectionId}/disconnect`,
        `/settings/${acme}/connections/${popular.connectionId}/access/${popular.id}/pages`,
        `/settings/${acme}/connections/${internal.connectionId}`,
        `/settings/${acme}/connections/${internal.connectionId}/token`,
      ],
    ],
    ['gus', () => [`/settings/${acme}/my-connections`]],
  ] as const)('nothing of %s’s screens sticks out, and axe finds nothing', async (who, addresses) => {
    const context = await openProfile(browser)
    const page = await context.newPage()
    await page.goto(`${server.base}/sign-in`)
    await signIn(page, world.users[who].email, password)
    await page.waitForURL(url => !url.pathname.startsWith('/sign-in'))
    for (const address of addresses()) {
      await page.goto(server.base + address)
      const menu = page.locator('[aria-label^="More options for"]').first()
      if ((await menu.count()) > 0) await menu.click()
      expect([address, await flaws(page)]).toEqual([address, []])
      await page.keyboard.press('Escape')
      expect([address, await overflow(page)]).toEqual([address, 0])
    }
    await context.close()
  })
})
