import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'
import type { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const { handbook, roadmap, launch, diary } = world.pages
let relay: SeededConnection

beforeAll(async () => {
  relay = await seedConnection(server.sql, { name: 'Relay' })
})

const wish = (pages: { id: string }[], workspace?: { id: string }, more: object[] = []) =>
  JSON.stringify([
    {
      type: 'workspace_pages',
      ...(workspace && { workspace_id: workspace.id }),
      page_ids: pages.map(page => page.id),
    },
    ...more,
  ])
const ticked = (person: Person) =>
  person.visit
    .$('[name=pages][checked], [type=hidden][name=pages]')
    .toArray()
    .map(one => person.visit.$(one).attr('value'))
    .sort()

/** Goes to step two of a flow that asks for these pages. */
async function arrive(name: 'ben' | 'cleo', authorization_details: string) {
  const partner = await Partner.discover(server.base, relay)
  const person = await signedIn(server, world.users[name])
  await person.open(await partner.authorizeUrl({ authorization_details }))
  await person.press('Select pages')
  return { partner, person }
}

describe('a partner that asks for pages', () => {
  it('begins the picker with them, and learns from the token answer which were granted', async () => {
    const asked = wish([roadmap, launch], world.workspaces.acme)
    const { partner, person } = await arrive('ben', asked)
    expect(person.text()).toContain('Relay asked for:')
    expect(ticked(person)).toContain(roadmap.id)
    // The member takes another one, and none of those.
    await person.press('Allow access', { pages: [handbook.id] })
    const tokens = await partner.redeem(person.visit.url)
    expect(tokens.authorization_details).toEqual([
      { type: 'workspace_pages', workspace_id: world.workspaces.acme.id, page_ids: [handbook.id] },
    ])
    expect(await reachedTitles(server.base, tokens.access_token)).toEqual(['Handbook'])

    const again = await arrive('ben', asked)
    expect(ticked(again.person)).toEqual(expect.arrayContaining([handbook.id, roadmap.id]))
    await again.person.press('Allow access')
    const widened = await again.partner.redeem(again.person.visit.url)
    const { page_ids } = widened.authorization_details![0] as unknown as { page_ids: string[] }
    expect(page_ids).toEqual(expect.arrayContaining([handbook.id, roadmap.id]))
  })

  it('learns nothing about pages that are unknown or out of reach', async () => {
    const { person, partner } = await arrive('cleo', wish([diary, { id: randomUUID() }, { id: 'x' }]))
    expect(person.text()).not.toContain('asked for')
    expect(ticked(person)).toEqual([])
    await person.press('Allow access', { pages: [handbook.id] })
    const tokens = await partner.redeem(person.visit.url)
    expect(tokens.authorization_details).toEqual([
      { type: 'workspace_pages', workspace_id: world.workspaces.acme.id, page_ids: [handbook.id] },
    ])
  })

  it.each([
    'no JSON',
    '{}',
    '[]',
    '[{"type":"payment"}]',
    '[{"type":"workspace_pages","page_ids":[7]}]',
    '[{"type":"workspace_pages","workspace_id":7}]',
    wish(Array.from({ length: 101 }, () => ({ id: randomUUID() }))),
  ])('is sent back with invalid_authorization_details for %s', async authorization_details => {
    const partner = await Partner.discover(server.base, relay)
    const ben = await signedIn(server, world.users.ben)
    await ben.open(await partner.authorizeUrl({ authorization_details }))
    expect(new URL(ben.visit.url).searchParams.get('error')).toBe('invalid_authorization_details')
  })
})
