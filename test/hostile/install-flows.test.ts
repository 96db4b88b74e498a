import { afterEach, describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { seedConnection, seedPage, type World } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)
afterEach(() => server.sql('delete from consents'))

type Name = keyof World['users']

/** A person before step one or two, and the partner that sent them. */
async function at(step: 'levels' | 'pages', who: Name = 'ben', connection = relay) {
  const partner = await Partner.discover(server.base, connection)
  const person = new Person(server.base)
  await person.open(await partner.authorizeUrl())
  await person.signIn(world.users[who].email)
  if (step === 'pages') await person.press('Select pages')
  return { partner, person, uid: new URL(person.visit.url).pathname.split('/')[2]! }
}

const consents = async () => (await server.sql('select id from consents')).length

/** The request that pressing the button would send. */
async function sendPressed(person: Person, button: string, fields: Record<string, string | string[]> = {}) {
  const { action, body } = person.formOf(button, fields)
  const answer = await person.send(action, { method: 'POST', body })
  return { status: answer.status, location: answer.headers.get('location'), html: await answer.text() }
}

describe('the address of a flow', () => {
  it('is worth nothing in another browser, signed in or not', async () => {
    const { uid } = await at('pages')
    for (const other of [new Person(server.base), (await at('levels', 'cleo')).person])
      for (const path of ['', '/pages']) {
        await other.open(`/install/${uid}${path}`)
        expect(other.visit.status).toBe(410)
        expect(other.heading()).toBe('This request is over')
        expect(other.text()).not.toMatch(/Handbook|Relay/)
      }
  })

  it('never shows one user what another filled in, in the same browser', async () => {
    const { person, uid } = await at('pages')
    await person.press('Search', { q: 'diary' })
    expect(person.visit.$('input[name=pages]').toArray()).toHaveLength(1)
    await person.press('Search', { q: '', pages: world.pages.diary.id })
    expect(person.text()).toContain('Diary')
    await person.open(`/sign-in?return=/install/${uid}&prompt=select_account`)
    await person.signIn(world.users.cleo.email)
    await person.press('Select pages')
    expect(person.text()).not.toContain('Diary')
    expect(person.visit.$('input[name=pages][checked]')).toHaveLength(0)
    expect((await sendPressed(person, 'Allow access', { pages: world.pages.diary.id })).status).toBe(403)
    expect(await consents()).toBe(0)
  })

  it.each(['..%2f..', '%00', 'x'.repeat(500), '<script>', '__proto__'])(
    'made up as “%s” leads nowhere',
    async uid => {
      const person = new Person(server.base)
      const answer = await person.send(`/install/${uid}`)
      expect([400, 404, 410]).toContain(answer.status)
      expect(await answer.text()).not.toContain('<script>')
    },
  )
})

describe('someone who may not install', () => {
  it('cannot by sending the form: a guest, and a member whose policy forbids it', async () => {
    const { person } = await at('pages', 'cleo')
    const forms = ['owners-only', 'approved-list'].map(rule => async () => {
      await server.sql(
        `insert into workspace_policies (workspace_id, restrict_installs) values ($1, $2)
         on conflict (workspace_id) do update set restrict_installs = excluded.restrict_installs`,
        [world.workspaces.acme.id, rule],
      )
    })
    const guest = async () =>
      server.sql(`update members set role = 'guest' where user_id = $1`, [world.users.cleo.id])
    for (const forbid of [...forms, guest]) {
      await forbid()
      const answer = await sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })
      expect(answer.status).toBe(403)
      expect(answer.html).toContain('cannot be connected to Acme')
    }
    await person.open(person.visit.url)
    expect(person.text()).toContain('guests cannot install connections')
    expect(person.visit.$('input[name=pages]')).toHaveLength(0)
    await server.sql('delete from workspace_policies')
    await server.sql(`update members set role = 'member' where user_id = $1`, [world.users.cleo.id])
    expect(await consents()).toBe(0)
  })

  it('cannot after leaving the workspace, being disabled, or the connection being switched off', async () => {
    const { person } = await at('pages', 'cleo')
    const allow = () => sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })
    const { acme } = world.workspaces
    const { cleo } = world.users

    await server.sql('update connections set disabled_at = now() where id = $1', [relay.id])
    expect((await allow()).status).toBeGreaterThanOrEqual(400)
    await server.sql('update connections set disabled_at = null where id = $1', [relay.id])

    await server.sql('delete from members where user_id = $1', [cleo.id])
    expect((await allow()).status).toBe(400)
    await server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
      acme.id,
      cleo.id,
    ])

    await server.sql('update users set disabled = true where id = $1', [cleo.id])
    const { status, location } = await allow()
    expect([status, location]).toEqual([303, expect.stringContaining('/sign-in?')])
    await server.sql('update users set disabled = false where id = $1', [cleo.id])
    expect(await consents()).toBe(0)
  })
})

describe('an answer that is given twice', () => {
  it('by two presses at once installs once, and neither ends in a fault', async () => {
    const { person, partner } = await at('pages')
    const press = () => sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })
    await server.sql(`delete from events where kind = 'consent.given'`)
    const answers = await Promise.all([press(), press(), press()])
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1)
    // A browser follows the answer to its last press alone, which may come after the first was answered.
    expect((await press()).location).toBe(answers[0]!.location)
    expect(await consents()).toBe(1)
    expect(await server.sql(`select from events where kind = 'consent.given'`)).toHaveLength(1)
    const landed = []
    for (const { location } of answers.filter(({ status }) => status === 303)) {
      await person.open(location!)
      if (person.visit.url.startsWith('https://relay.test/')) landed.push(person.visit.url)
      else expect(person.visit.status).toBe(400)
    }
    expect(landed).toHaveLength(1)
    const { bot_id } = await partner.redeem(landed[0]!)
    const rows = await server.sql('select id from installations where connection_id = $1', [relay.id])
    expect(rows).toEqual([{ id: bot_id }])
  })

  it('differently before the browser went on counts as the later one', async () => {
    const { person, partner } = await at('pages')
    await sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })
    const { location } = await sendPressed(person, 'Allow access', { pages: world.pages.roadmap.id })
    await person.open(location!)
    const { bot_id } = await partner.redeem(person.visit.url)
    const grants = await server.sql('select page_id from page_grants where installation_id = $1', [bot_id])
    expect(grants).toEqual([{ page_id: world.pages.roadmap.id }])
  })

  it('by the same press again, while the partner is slow, leads there with the same code until that is redeemed', async () => {
    const { person, partner } = await at('pages')
    const screen = person.visit
    const pages = [world.pages.handbook.id, world.pages.roadmap.id]
    await person.press('Allow access', { pages })
    const callback = person.visit.url
    const given = await consents()
    for (const ticked of [pages, pages.toReversed()]) {
      person.visit = screen
      await person.press('Allow access', { pages: ticked })
      expect(person.visit.url).toBe(callback)
    }
    const stranger = new Person(server.base)
    await stranger.signIn(world.users.ben.email)
    stranger.visit = screen
    expect((await sendPressed(stranger, 'Allow access', { pages })).location).toBeNull()
    expect(await consents()).toBe(given)

    await partner.redeem(callback)
    person.visit = screen
    const after = await sendPressed(person, 'Allow access', { pages })
    expect([after.status, after.location]).toEqual([410, null])
    expect(after.html).toContain('You have allowed access already')
  })

  it('by a browser that lost the way to the partner, or goes there twice at once, brings one code', async () => {
    const { person, partner } = await at('pages')
    const { location } = await sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })
    const cookie = await person.jar.getCookieString(location!)
    const goOn = () => fetch(location!, { headers: { cookie }, redirect: 'manual' })
    const ways = [...(await Promise.all([goOn(), goOn(), goOn()])), await goOn()]
    const led = ways.map(({ status, headers }) => [status, headers.get('location')])
    expect(led).toEqual(Array(4).fill([303, expect.stringContaining('https://relay.test/callback?code=')]))
    expect(new Set(led.map(([, to]) => to)).size).toBe(1)
    // The partner's client checks the answer's state as well.
    await partner.redeem(String(led[0]![1]))
    expect((await goOn()).status).toBe(400)
  })

  it('by the Back button or a second tab says that it was allowed already, and changes nothing', async () => {
    const { person, uid } = await at('pages')
    const screen = person.visit
    await person.press('Allow access', { pages: world.pages.handbook.id })
    expect(person.visit.url).toMatch(/^https:\/\/relay\.test\/callback\?code=/)
    const given = await consents()

    person.visit = screen
    for (const button of ['Allow access', 'Back', 'Cancel', 'Search']) {
      const again = await sendPressed(person, button, { pages: world.pages.roadmap.id })
      expect(again.status).toBe(410)
      expect(again.html).toContain('You have allowed access already')
    }
    for (const path of ['', '/pages']) {
      await person.open(`/install/${uid}${path}`)
      expect(person.visit.status).toBe(410)
      expect(person.heading()).toBe('You have allowed access already')
      expect(person.text()).toContain('Go back to Relay Automations and see whether it is connected.')
    }
    expect(await consents()).toBe(given)
    const stranger = new Person(server.base)
    await stranger.open(`/install/${uid}`)
    expect(stranger.heading()).toBe('This request is over')
    expect(stranger.text()).not.toContain('Relay')
    await person.open(person.visit.$('a:contains("See your connections")').attr('href')!)
    expect(person.heading()).toBe('My connections')
  })

  it('after a cancel says that it was cancelled', async () => {
    const { person, uid } = await at('pages')
    const screen = person.visit
    await person.press('Cancel')
    expect(new URL(person.visit.url).searchParams.get('error')).toBe('access_denied')
    await person.open(`/install/${uid}/pages`)
    expect(person.heading()).toBe('You have cancelled this')
    expect(person.text()).toContain('go back to Relay Automations and start again there')
    person.visit = screen
    expect((await sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })).status).toBe(410)
    expect(await consents()).toBe(0)
  })

  it('when the short-lived state was lost says that the request is over', async () => {
    const { person } = await at('pages')
    await server.emptyRedis()
    const answer = await sendPressed(person, 'Allow access', { pages: world.pages.handbook.id })
    expect(answer.status).toBe(410)
    await person.open(person.visit.url)
    expect(person.visit.status).toBe(410)
    expect(person.heading()).toBe('This request is over')
    expect(await consents()).toBe(0)
  })
})

describe('hostile words of a partner, a workspace or a page', () => {
  const script = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`

  it('are shown as they are, and lead nowhere', async () => {
    const evil = await seedConnection(server.sql, {
      name: `Evil ${script}`,
      developer_name: script,
      website: 'javascript:alert(1)',
      privacy_url: 'data:text/html,<script>alert(1)</script>',
      terms_url: 'https://evil.test/terms',
    })
    await seedPage(server.sql, world.workspaces.acme.id, `Page ${script}`)
    await server.sql('update workspaces set name = $2 where id = $1', [
      world.workspaces.acme.id,
      `Acme ${script}`,
    ])
    const { person } = await at('levels', 'ben', evil)
    const inert = () => {
      const { $ } = person.visit
      expect($('main script, main img[src=x], [onerror]')).toHaveLength(0)
      expect($('a[href^="javascript:"], a[href^="data:"]')).toHaveLength(0)
    }
    inert()
    expect(person.text()).toContain(`Evil ${script}`)
    expect(
      person.visit
        .$('.about-links a')
        .toArray()
        .map(one => one.attribs.href),
    ).toEqual(['https://evil.test/terms'])
    await person.press('Select pages')
    inert()
    expect(person.text()).toContain(`Page ${script}`)
    await person.press('Search', { q: script })
    inert()
    await server.sql(`update workspaces set name = 'Acme' where id = $1`, [world.workspaces.acme.id])
  })
})

describe('the host that a flow leads back to', () => {
  it('stands whole: its end says whose it is, however long it looks like another', async () => {
    const host = `accounts.bank.test.${'session.'.repeat(20)}evil.test`
    const lookalike = await seedConnection(server.sql, { redirect_uris: [`https://${host}/callback`] })
    const { person } = await at('levels', 'ben', lookalike)
    const said = person.visit.$('dt:contains("Sends you back to") + dd')
    expect(said.text()).toBe(host)
    expect(said.hasClass('clip')).toBe(false)
  })
})

describe('a part of a screen asked for by the script', () => {
  const hx = { 'HX-Request': 'true', 'HX-Target': 'sum' }

  it('leads the whole screen to the sign-in, or to what happened, when the flow cannot go on', async () => {
    const { person, uid } = await at('pages')
    const { body } = person.formOf('Allow access', { pages: world.pages.handbook.id })
    const ask = () => person.send(`/install/${uid}/pages/ticks`, { method: 'POST', body, headers: hx })
    expect((await ask()).status).toBe(200)
    await server.sql('update users set disabled = true where id = $1', [world.users.ben.id])
    const out = await ask()
    expect([out.status, out.headers.get('hx-redirect')]).toEqual([204, expect.stringMatching(/^\/sign-in\?/)])
    await server.sql('update users set disabled = false where id = $1', [world.users.ben.id])
    const again = await at('pages')
    const form = again.person.formOf('Allow access', { pages: world.pages.handbook.id }).body
    await again.person.press('Cancel')
    const over = await again.person.send(`/install/${again.uid}/pages/ticks`, {
      method: 'POST',
      body: form,
      headers: hx,
    })
    expect([over.status, over.headers.get('hx-redirect')]).toEqual([204, `/install/${again.uid}`])
  })
})

describe('the address of a flow in a header', () => {
  it.each(['%0d%0aX-Evil:%20yes', '%E2%82%AC', '%00', '..%2f..%2fdevelopers', '%5c%5cevil.test'])(
    'says nothing but that address, and breaks nothing: %s',
    async uid => {
      const person = new Person(server.base)
      await person.open('/sign-in')
      const csrf = person.visit.$('input[name=csrf]').first().val() as string
      const answer = await person.send(`/install/${uid}/pages/ticks`, {
        method: 'POST',
        body: new URLSearchParams({ csrf }),
        headers: { 'HX-Request': 'true', 'HX-Target': 'sum' },
      })
      expect(answer.status).toBeLessThan(500)
      expect(answer.headers.get('x-evil')).toBeNull()
      expect(answer.headers.get('hx-redirect') ?? '').toMatch(/^(\/install\/[\w%.-]+)?$/)
    },
  )
})

describe('a partner that wants the password given anew', () => {
  it('gets it, though somebody is signed in', async () => {
    const { person, partner } = await at('levels')
    await new Promise(resolve => setTimeout(resolve, 1_100))
    await person.open(await partner.authorizeUrl({ prompt: 'login' }))
    const flow = new URL(person.visit.url).searchParams.get('return')!
    expect(person.visit.url).toContain('/sign-in?return=')
    for (const path of ['', '/pages']) {
      await person.open(flow + path)
      expect(person.visit.url).toContain('/sign-in?return=')
    }
    await person.signIn(world.users.ben.email)
    expect(person.heading()).toBe('Relay Automations wants to connect to Acme')
  })
})
