import { afterEach, describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { password, seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)
afterEach(() => server.sql('delete from consents'))

const form = (fields: Record<string, string> | URLSearchParams) => ({
  method: 'POST',
  body: new URLSearchParams(fields),
})
const consents = async () => (await server.sql('select id from consents')).length

/** Another tab of the same browser. */
function anotherTab(person: Person): Person {
  return Object.assign(new Person(server.base), { jar: person.jar })
}

async function begin(person: Person, extra: Record<string, string> = {}): Promise<Partner> {
  const partner = await Partner.discover(server.base, relay)
  await person.open(await partner.authorizeUrl(extra))
  return partner
}

async function atPages(): Promise<{ person: Person; partner: Partner; uid: string }> {
  const person = new Person(server.base)
  const partner = await begin(person)
  await person.signIn(world.users.ben.email)
  await person.press('Select pages')
  return { person, partner, uid: new URL(person.visit.url).pathname.split('/')[2]! }
}

/** The member signs in again, in another tab. */
async function signInElsewhere(person: Person, email: string = world.users.ben.email): Promise<Person> {
  const tab = anotherTab(person)
  await tab.open('/sign-in?return=/gallery&prompt=login')
  await tab.press('Sign in', { email, password })
  return tab
}

describe('two tabs at sign-in', () => {
  it('both go on: the one that submits second as well', async () => {
    const first = new Person(server.base)
    const partners = [await begin(first)]
    const second = anotherTab(first)
    partners.push(await begin(second))
    for (const tab of [first, second]) {
      await tab.press('Sign in', { email: world.users.ben.email, password })
      expect(tab.heading()).toBe('Relay Automations wants to connect to Acme')
    }
    await second.press('Select pages')
    await second.press('Allow access', { pages: world.pages.handbook.id })
    expect(await partners[1]!.redeem(second.visit.url)).toMatchObject({ workspace_name: 'Acme' })
  })

  it('are not asked for the password by a reload of the second, which goes on', async () => {
    const first = new Person(server.base)
    await begin(first)
    const second = anotherTab(first)
    await begin(second)
    await first.press('Sign in', { email: world.users.ben.email, password })
    await second.open(second.visit.url)
    expect(second.heading()).toBe('Relay Automations wants to connect to Acme')
  })

  it('cancel in the second tells the partner', async () => {
    const first = new Person(server.base)
    await begin(first)
    const second = anotherTab(first)
    await begin(second)
    await first.press('Sign in', { email: world.users.ben.email, password })
    await second.press('Cancel')
    expect(new URL(second.visit.url).searchParams.get('error')).toBe('access_denied')
  })

  it('keep the e-mail address that was typed where the password was wrong', async () => {
    const first = new Person(server.base)
    await begin(first)
    const second = anotherTab(first)
    await begin(second)
    await first.press('Sign in', { email: world.users.ben.email, password })
    await second.press('Sign in', { email: 'cleo@acme.test', password: 'wrong' })
    expect(second.visit.$('[name=email]').val()).toBe('cleo@acme.test')
    await second.press('Sign in', { email: 'cleo@acme.test', password })
    expect(second.text()).toContain('Cleo (cleo@acme.test)')
  })
})

describe('an open picker whose member signs in again in another tab', () => {
  it('comes back with its ticks and one sentence, and Allow access works after that', async () => {
    const { person, partner } = await atPages()
    await signInElsewhere(person)
    await person.press('Allow access', { pages: [world.pages.handbook.id, world.pages.diary.id] })
    expect(person.text()).toContain('You have signed in again since this page was opened.')
    expect(await consents()).toBe(0)
    const ticked = person.visit.$('input[name=pages][checked]').toArray()
    expect(ticked.map(one => one.attribs.value).sort()).toEqual(
      [world.pages.handbook.id, world.pages.diary.id].sort(),
    )
    await person.press('Allow access')
    await expect(partner.redeem(person.visit.url)).resolves.toMatchObject({ workspace_name: 'Acme' })
  })

  it('is cancelled, and the partner hears of it', async () => {
    const { person } = await atPages()
    await signInElsewhere(person)
    await person.press('Cancel')
    expect(new URL(person.visit.url).searchParams.get('error')).toBe('access_denied')
  })

  it('searches, opens pages and goes back', async () => {
    const { person } = await atPages()
    const screen = person.visit
    await signInElsewhere(person)
    await person.press('Show pages in Roadmap')
    expect(person.text()).toContain('Quarter One')
    person.visit = screen
    await person.press('Search', { q: 'roadmap' })
    expect(person.text()).toContain('Pages with “roadmap”')
    person.visit = screen
    await person.press('Back')
    expect(person.heading()).toBe('Relay Automations wants to connect to Acme')
  })

  it('is the same for the script: a tick counts, and Allow access asks once', async () => {
    const { person, uid } = await atPages()
    const { body } = person.formOf('Allow access', { pages: world.pages.handbook.id })
    await signInElsewhere(person)
    const answer = await person.send(`/install/${uid}/pages/ticks`, {
      method: 'POST',
      body,
      headers: { 'HX-Request': 'true', 'HX-Target': 'sum' },
    })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('1 page')])
  })

  it('goes to the sign-in after signing out, and comes back to the flow', async () => {
    const { person } = await atPages()
    const tab = anotherTab(person)
    await tab.open('/sign-out')
    await tab.press('Sign out')
    await person.press('Allow access', { pages: world.pages.handbook.id })
    expect(person.heading()).toBe('Sign in to connect Relay Automations')
    await person.press('Sign in', { email: world.users.ben.email, password })
    expect(person.heading()).toBe('Relay Automations wants to connect to Acme')
    expect(await consents()).toBe(0)
  })

  it('allows nothing for another account, and shows it nothing of what was ticked', async () => {
    const { person } = await atPages()
    await signInElsewhere(person, 'cleo@acme.test')
    for (const button of ['Allow access', 'Search', 'Back']) {
      const screen = person.visit
      await person.press(button, { pages: world.pages.handbook.id })
      expect(person.visit.status).toBe(403)
      expect(person.heading()).toBe('Another account is signed in now')
      person.visit = screen
    }
    await person.press('Allow access', { pages: world.pages.handbook.id })
    await person.open(person.visit.$('a.button').attr('href')!)
    expect(person.text()).toContain('Cleo (cleo@acme.test)')
    await person.press('Select pages')
    expect(person.visit.$('input[name=pages][checked]').toArray()).toEqual([])
    expect(await consents()).toBe(0)
  })
})

describe('any other form that is older than the session', () => {
  it('comes back with what was filled in, and does nothing until that is sent', async () => {
    const person = new Person(server.base)
    await person.open('/sign-in')
    await person.signIn(world.users.ada.email)
    await person.open(`/settings/${world.workspaces.acme.id}/policy`)
    const button = person.visit.$('main form button').last().text().trim()
    const { action, body } = person.formOf(button, { connection_creation: 'owners-only' })
    await signInElsewhere(person, 'ada@acme.test')
    await person.open(action, { method: 'POST', body })
    expect(person.visit.status).toBe(409)
    expect(person.heading()).toBe('Send this again?')
    const sent = new URLSearchParams(body)
    const again = new URLSearchParams(person.formOf('Send again').body)
    for (const one of [sent, again]) one.delete('csrf')
    expect(String(again)).toBe(String(sent))
    expect(await server.sql('select from workspace_policies')).toEqual([])
    await person.press('Send again')
    expect(person.visit.status).toBe(200)
    expect(await server.sql('select connection_creation from workspace_policies')).toEqual([
      { connection_creation: 'owners-only' },
    ])
    await server.sql('delete from workspace_policies')
  })

  it('is refused for another account', async () => {
    const person = new Person(server.base)
    await person.signIn(world.users.ada.email)
    await person.open('/sign-out')
    const screen = person.visit
    await signInElsewhere(person, 'ben@acme.test')
    person.visit = screen
    await person.press('Sign out')
    expect([person.visit.status, person.heading()]).toEqual([403, 'This form is no longer valid'])
  })
})

describe('a page elsewhere', () => {
  /**
   * Fields as an attacker fills them in; the token is from the attacker’s own browser, signed in as another user or signed out.
   */
  const tokens = async (): Promise<string[]> => {
    const own = new Person(server.base)
    await own.open('/sign-in')
    const beforeSignIn = own.visit.$('[name=csrf]').first().val() as string
    await own.signIn(world.users.gus.email)
    await own.open('/sign-out')
    const signedIn = own.visit.$('[name=csrf]').first().val() as string
    const victim = world.users.ben.id
    const [strict, account, browser] = signedIn.split('.')
    return [
      beforeSignIn,
      signedIn,
      '',
      '..',
      `${strict}.${victim}.${browser}`,
      `${strict}.${account}.`,
      'x'.repeat(200),
    ]
  }

  it('gets no form of its own making shown as ours, prefilled or not, in a flow or elsewhere', async () => {
    const { person, uid } = await atPages()
    for (const csrf of await tokens())
      for (const path of [
        `/install/${uid}/allow`,
        `/install/${uid}/pages/ticks`,
        `/install/${uid}/cancel`,
        '/sign-out',
      ]) {
        const fields = { csrf, workspace_id: world.workspaces.acme.id, pages: world.pages.handbook.id }
        const answer = await person.send(path, form(fields))
        const html = await answer.text()
        expect([path, answer.status]).toEqual([path, 403])
        expect(html).toContain('This form is no longer valid')
        expect(html).not.toContain(world.pages.handbook.id)
      }
    expect(await consents()).toBe(0)
    await person.press('Allow access', { pages: world.pages.handbook.id })
    expect(person.visit.url).toMatch(/^https:\/\/relay\.test\/callback\?code=/)
  })

  it('signs nobody in as the attacker, signed in already or not', async () => {
    const victim = new Person(server.base)
    for (const csrf of await tokens()) {
      const answer = await victim.send('/sign-in', form({ csrf, email: 'gus@acme.test', password }))
      expect(answer.status).toBe(403)
    }
    await victim.open('/sign-in')
    await victim.signIn(world.users.ben.email)
    for (const csrf of await tokens()) {
      const answer = await victim.send('/sign-in', form({ csrf, email: 'gus@acme.test', password }))
      expect(answer.status).toBe(403)
    }
    expect(await (await victim.send('/sign-out')).text()).toContain('ben@acme.test')
  })

  it('cannot use a token that was planted with its cookie, once the member has signed in with another', async () => {
    const attacker = new Person(server.base)
    await attacker.open('/sign-in')
    const csrf = attacker.visit.$('[name=csrf]').first().val() as string
    const cookie = (await attacker.jar.getCookies(server.base)).find(one => one.key === 'latchkey-form')!
    const victim = new Person(server.base)
    await victim.jar.setCookie(cookie.clone()!, server.base)
    await victim.signIn(world.users.ben.email)
    const answer = await victim.send('/sign-out', form({ csrf }))
    expect(answer.status).toBe(403)
    await victim.open('/sign-out')
    expect(victim.text()).toContain('ben@acme.test')
  })
})

describe('a partner that asks for the password anew', () => {
  it('does not get a sign-in that was made in the same second, for another purpose', async () => {
    const person = new Person(server.base)
    for (let round = 0; round < 3; round++) {
      await person.open('/sign-in?prompt=login')
      await person.signIn(world.users.ben.email)
      await begin(person, { prompt: 'login' })
      expect(person.heading()).toBe('Sign in to connect Relay Automations')
      await person.open(person.visit.url)
      expect(person.heading()).toBe('Sign in to connect Relay Automations')
    }
    await person.press('Sign in', { email: world.users.ben.email, password })
    expect(person.heading()).toBe('Relay Automations wants to connect to Acme')
  })

  it('does not get one that was made for another flow, in the same browser and later', async () => {
    const first = new Person(server.base)
    await begin(first, { prompt: 'login' })
    const flow = new URL(first.visit.url).searchParams.get('return')!
    const second = anotherTab(first)
    await begin(second, { prompt: 'login' })
    await second.press('Sign in', { email: world.users.ben.email, password })
    expect(second.heading()).toBe('Relay Automations wants to connect to Acme')
    await first.open(flow)
    expect(first.heading()).toBe('Sign in to connect Relay Automations')
    await first.press('Sign in', { email: world.users.ben.email, password })
    expect(first.heading()).toBe('Relay Automations wants to connect to Acme')
    await second.open(second.visit.url)
    expect(second.heading()).toBe('Relay Automations wants to connect to Acme')
  })

  it('does not get one that another account made for it', async () => {
    const first = new Person(server.base)
    await begin(first, { prompt: 'login' })
    const flow = new URL(first.visit.url).searchParams.get('return')!
    await first.press('Sign in', { email: world.users.ben.email, password })
    await signInElsewhere(first, 'cleo@acme.test')
    await first.open(flow)
    expect(first.heading()).toBe('Sign in to connect Relay Automations')
  })
})
