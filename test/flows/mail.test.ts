import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, it } from '@jest/globals'
import { allowed, signedIn } from '../support/allowed.ts'
import { seedInstalled } from '../support/installed.ts'
import { type Letter, openMailbox } from '../support/mailbox.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { decide, post, restrict } from '../support/ruled.ts'
import { type SeededConnection, seedConnection } from '../support/seed.ts'

let answer: (recipient: string) => { code: number } | null = () => null
const mailbox = await openMailbox(recipient => answer(recipient))
afterAll(() => mailbox.close())
const { server, world } = await openWorld({
  SMTP_URL: mailbox.url,
  MAIL_FROM: 'Papertrail <hello@papertrail.example>',
})
const acme = world.workspaces.acme.id
const { ada, ben, cleo } = world.users

afterEach(async () => {
  answer = () => null
  mailbox.letters.length = 0
  await restrict(server, acme, 'none')
  await server.sql('delete from mails')
})

async function request(member: { email: string }, connection: SeededConnection, reason: string) {
  const person = await signedIn(server, member)
  const url = new URL('/v1/oauth/authorize', server.base)
  url.search = `${new URLSearchParams({ client_id: connection.id, redirect_uri: connection.redirectUri, response_type: 'code' })}`
  await person.open(url.href)
  await person.press('Request approval', { reason })
  return person
}
/** The addresses in a mail's plain text: of the thing, and of the switch. */
const linksOf = (letter: Letter) =>
  letter.text!.match(/http\S+/g)!.filter(link => link.startsWith(server.base)) as [string, string]
const header = (letter: Letter, name: string) => letter.headers.find(({ key }) => key === name)?.value
/** As if the minutes had gone by. */
const later = (minutes: number) =>
  server.sql(`update mails set due_at = due_at - make_interval(mins => $1)`, [minutes])

describe('mail', () => {
  it('tells owners of a request at once, gathers the later ones, and tells the member of the decision', async () => {
    const [relay, dock, hook] = [
      await seedConnection(server.sql, { name: 'Relay' }),
      await seedConnection(server.sql, { name: 'Dock <b>' }),
      await seedConnection(server.sql, { name: 'Hook' }),
    ]
    await restrict(server, acme, 'approved-list')
    await request(ben, relay, 'For the roadmap.')
    const [first] = await mailbox.until(1)
    expect(first).toMatchObject({
      recipients: [ada.email],
      from: { name: 'Papertrail', address: 'hello@papertrail.example' },
      subject: `${ben.name} requests Relay in Acme`,
    })
    expect(first!.text).toContain(`${ben.name} requests Relay in Acme: “For the roadmap.”`)
    expect(first!.text).toContain('because you are an owner of Acme.')

    await request(ben, dock, 'For <i>us</i>.')
    await request(cleo, hook, 'For sales.')
    const waiting = () => server.sql(`select from mails where sent_at is null`)
    while ((await waiting()).length < 2) await new Promise(resolve => setTimeout(resolve, 20))
    expect(mailbox.letters).toHaveLength(1)
    await later(10)
    const [, gathered] = await mailbox.until(2)
    expect(gathered!.subject).toBe('2 requests wait in Acme')
    expect(gathered!.text).toMatch(/Dock <b> in Acme: “For <i>us<\/i>.”[\s\S]*Hook in Acme/)
    expect(gathered!.html).toContain('Dock &lt;b&gt; in Acme: “For &lt;i&gt;us&lt;/i&gt;.”')

    const owner = await signedIn(server, ada)
    await owner.open(linksOf(first!)[0])
    expect(owner.visit.$(new URL(linksOf(first!)[0]).hash).text()).toContain('For the roadmap.')
    await decide(owner, acme, { connection: 'Relay' }, 'approve')
    const [, , decided] = await mailbox.until(3)
    expect(decided).toMatchObject({ recipients: [ben.email], subject: 'Relay is approved in Acme' })
    const member = await signedIn(server, ben)
    await member.open(linksOf(decided!)[0])
    expect([member.visit.status, member.text()]).toEqual([200, expect.stringContaining('Relay')])
  })

  it('tells the installer of what somebody else ends, and nobody of what they end themselves', async () => {
    const relay = await seedConnection(server.sql, { name: 'Ended Relay' })
    const { tokens } = await allowed(server, relay, cleo, [world.pages.roadmap])
    const own = await allowed(server, await seedConnection(server.sql), ben, [world.pages.roadmap])
    const person = await signedIn(server, ben)
    await person.open(`/settings/${acme}/my-connections/${own.tokens.bot_id}/disconnect`)
    await person.press(person.visit.$('main form button').first().text().trim())
    const owner = await signedIn(server, ada)
    await post(owner, `/settings/${acme}/connections/${relay.id}/access/${tokens.bot_id}/suspend`, {})
    const [suspended] = await mailbox.until(1)
    expect(suspended).toMatchObject({
      recipients: [cleo.email],
      subject: 'Ended Relay was suspended in Acme',
    })
    expect(suspended!.text).toContain(`${ada.name} suspended Ended Relay`)
    await post(owner, `/settings/${acme}/connections/${relay.id}/access/${tokens.bot_id}/revoke`, {})
    const [, ended] = await mailbox.until(2)
    expect(ended).toMatchObject({ recipients: [cleo.email], subject: 'Ended Relay was disconnected in Acme' })
    expect(JSON.stringify(mailbox.letters)).not.toContain('Roadmap')
  })

  it('tells a member of a connection that they are asked to take over', async () => {
    const lena = randomUUID()
    await server.sql(`insert into users (id, email, name) values ($1, 'lena@acme.test', 'Lena')`, [lena])
    const granted = { workspaceId: acme, pages: [world.pages.handbook.id], grantedBy: ben.id }
    const left = await seedInstalled(server.sql, { ...granted, userId: lena, name: 'Left Behind' })
    const owner = await signedIn(server, ada)
    await post(owner, `/settings/${acme}/hand-over/${left.id}`, { user_id: ben.id })
    const [offer] = await mailbox.until(1)
    expect(offer).toMatchObject({
      recipients: [ben.email],
      subject: `${ada.name} offers you Left Behind in Acme`,
    })
    const member = await signedIn(server, ben)
    await member.open(linksOf(offer!)[0])
    expect([member.visit.status, member.text()]).toEqual([200, expect.stringContaining('Left Behind')])
  })

  it('tells a developer of a refresh token that was used twice and of an endpoint that was switched off', async () => {
    const relay = await seedConnection(server.sql, { name: 'Watched Relay', created_by: ben.id })
    const { tokens, partner } = await allowed(server, relay, cleo, [world.pages.roadmap])
    const second = await partner.refresh(tokens.refresh_token)
    await partner.refresh(second.refresh_token!)
    await expect(partner.refresh(tokens.refresh_token)).rejects.toThrow()
    const [reused] = await mailbox.until(1)
    expect(reused).toMatchObject({
      recipients: [ben.email],
      subject: 'A refresh token of Watched Relay was used twice',
    })
    await server.sql(
      `insert into webhook_endpoints (id, connection_id, url, types, created_at)
       values (gen_random_uuid(), $1, 'https://relay.example/hooks', '{}', now())`,
      [relay.id],
    )
    await server.sql(`update webhook_endpoints set disabled_at = now(), disabled_because = 'gone'`)
    const [, off] = await mailbox.until(2)
    expect(off!.text).toContain('https://relay.example/hooks answered that it is gone (410)')
    const person = await signedIn(server, ben)
    for (const letter of [reused!, off!]) {
      await person.open(linksOf(letter)[0])
      expect(person.visit.status).toBe(200)
    }
  })

  it('is switched off by the link of a mail or by the button of a mail program, for that kind and person alone', async () => {
    const ended = async (member: { id: string; email: string }) => {
      const relay = await seedConnection(server.sql)
      const { tokens } = await allowed(server, relay, member, [world.pages.roadmap])
      const owner = await signedIn(server, ada)
      await post(owner, `/settings/${acme}/connections/${relay.id}/access/${tokens.bot_id}/revoke`, {})
    }
    await ended(ben)
    const [letter] = await mailbox.until(1)
    const reader = new Person(server.base)
    await reader.open(linksOf(letter!)[1])
    expect(reader.heading()).toBe('Turn these mails off?')
    await reader.press('Turn off')
    expect(reader.heading()).toBe('These mails are off')
    await ended(ben)
    await ended(cleo)
    expect((await mailbox.until(2)).map(one => one.recipients[0])).toEqual([ben.email, cleo.email])

    await reader.press('Turn on again')
    expect(header(letter!, 'list-unsubscribe-post')).toBe('List-Unsubscribe=One-Click')
    const oneClick = header(letter!, 'list-unsubscribe')!.slice(1, -1)
    const press = (url: string, body: Record<string, string>) =>
      fetch(url, { method: 'POST', body: new URLSearchParams(body) })
    expect((await press(oneClick, {})).status).toBe(400)
    expect(await server.sql('select from switched_off_mails')).toHaveLength(0)
    expect((await press(oneClick, { 'List-Unsubscribe': 'One-Click' })).status).toBe(200)
    expect(await server.sql('select user_id, kind from switched_off_mails')).toEqual([
      { user_id: ben.id, kind: 'installation-ended' },
    ])
    const forged = oneClick.replace(/.{4}\/off$/, 'AAAA/off')
    expect((await press(forged, { 'List-Unsubscribe': 'One-Click' })).status).toBe(404)
    await reader.open(forged.replace(/\/off$/, ''))
    expect(reader.visit.status).toBe(404)
  })

  it('is tried again when the server is busy, and given up for an address that does not exist', async () => {
    await restrict(server, acme, 'approved-list')
    answer = () => ({ code: 451 })
    await request(ben, await seedConnection(server.sql), 'Once more.')
    const tried = () => server.sql(`select from mails where attempts > 0 and claimed_until is null`)
    while ((await tried()).length === 0) await new Promise(resolve => setTimeout(resolve, 20))
    answer = () => null
    await later(2)
    await mailbox.until(1)

    answer = () => ({ code: 550 })
    await later(15)
    await request(cleo, await seedConnection(server.sql), 'To nobody.')
    const known = () => server.sql(`select from mails`)
    const outbox = () => server.sql(`select from mail_outbox`)
    while ((await known()).length > 1 || (await outbox()).length > 0)
      await new Promise(resolve => setTimeout(resolve, 20))
    expect(mailbox.letters).toHaveLength(1)
  })
})
