import { describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)

async function atPages(): Promise<Person> {
  const partner = await Partner.discover(server.base, relay)
  const person = new Person(server.base)
  await person.open(await partner.authorizeUrl())
  await person.signIn(world.users.ben.email)
  await person.press('Select pages')
  return person
}

/** A partner that watches the window of the flow must keep its handle, also on our error pages. */
function expectFlowHeaders(person: Person, status: number): void {
  const { headers, html } = person.visit
  expect([person.visit.status, html.includes('<h1')]).toEqual([status, true])
  expect(headers.get('cross-origin-opener-policy')).toBeNull()
  expect(headers.get('content-security-policy')).not.toContain('form-action')
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
}

const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })

describe('a page in the window of a flow keeps the window’s opener', () => {
  it('on 400 and 403: a form that cannot be read, a form from elsewhere', async () => {
    const person = await atPages()
    const { action, body } = person.formOf('Allow access', { pages: 'not-an-id' })
    await person.open(action, { method: 'POST', body })
    expectFlowHeaders(person, 400)
    await person.open(action, form({ csrf: 'made up' }))
    expectFlowHeaders(person, 403)
    await person.open('/sign-in?return=/install/none', form({ csrf: 'made up' }))
    expectFlowHeaders(person, 403)
  })

  it('on 404: an address below the flow that does not exist', async () => {
    const person = await atPages()
    for (const path of ['nothing', 'allow/nothing', '%ff']) {
      await person.open(`${person.visit.url.split('/pages')[0]}/${path}`)
      expect([404, 400]).toContain(person.visit.status)
      expectFlowHeaders(person, person.visit.status)
    }
  })

  it('on 410 and 413: the request is over, too many pages', async () => {
    const person = await atPages()
    const pages = Array.from(
      { length: 1_001 },
      (_, n) => `00000000-0000-0000-0000-${`${n}`.padStart(12, '0')}`,
    )
    const many = person.formOf('Allow access', { pages })
    await person.open(many.action, { method: 'POST', body: many.body })
    expectFlowHeaders(person, 413)
    await person.open(many.action, form({ csrf: 'x'.repeat(300 * 1024) }))
    expectFlowHeaders(person, 413)
    await person.open('/install/none')
    expectFlowHeaders(person, 410)
  })

  it('on “Another workspace is chosen now”', async () => {
    const person = await atPages()
    const { action, body } = person.formOf('Allow access', { pages: world.pages.handbook.id })
    body.set('workspace_id', world.workspaces.side.id)
    await person.open(action, { method: 'POST', body })
    expect(person.heading()).toBe('Another workspace is chosen now')
    expectFlowHeaders(person, 400)
  })

  it('on 503: a store that does not answer', async () => {
    const person = await atPages()
    await server.sql('alter table members rename to members_away')
    try {
      await person.open(person.visit.url)
      expect(person.visit.status).toBeGreaterThanOrEqual(500)
      expectFlowHeaders(person, person.visit.status)
    } finally {
      await server.sql('alter table members_away rename to members')
    }
  })

  it('on a request that cannot go back to the partner', async () => {
    const person = new Person(server.base)
    await person.open(`/v1/oauth/authorize?client_id=${relay.id}&redirect_uri=https://elsewhere.test/`)
    expectFlowHeaders(person, 400)
  })

  it('while an approval is waited for, and where that is gone', async () => {
    const person = await atPages()
    await person.open(`/settings/${world.workspaces.acme.id}/my-requests`)
    expectFlowHeaders(person, 200)
    await person.open(
      `/settings/${world.workspaces.acme.id}/my-requests/00000000-0000-0000-0000-000000000000`,
    )
    expectFlowHeaders(person, 404)
  })
})

describe('a page outside of every flow', () => {
  it.each(['/', '/nowhere', '/sign-in', '/sign-in?return=/gallery', '/sign-out', '/installed', '/v1/x/%2e'])(
    'is cut from whatever window opened it, and its forms post to us alone: %s',
    async path => {
      const { headers } = await new Person(server.base).open(path)
      if (!headers.get('content-type')?.includes('text/html')) return
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('content-security-policy')).toContain("form-action 'self'")
    },
  )
})
