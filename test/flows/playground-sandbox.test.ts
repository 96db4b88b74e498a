import { describe, expect, it } from '@jest/globals'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { Developer, messages } from '../support/playground.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql, {
  workspace_id: world.workspaces.acme.id,
  created_by: world.users.ben.id,
})

describe('a sandbox', () => {
  it('is made with one press, and counts as no installation', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    expect(ben.text()).toContain('Olive Owner')
    const inForce = async () => (await ben.open(`/developers/connections/${relay.id}`)).$('section').text()
    const before = await inForce()
    await ben.connect()
    expect(messages(ben)).toContain('3. The code is redeemed 200')
    expect(ben.text()).toContain('"workspace_name": "Sandbox"')
    expect(await inForce()).toBe(before)
  })

  it('lets nobody in but its personas, whoever writes', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    const { id, workspace } = await ben.persona('member')
    const join = (workspaceId: string, userId: string) =>
      server.sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
        workspaceId,
        userId,
      ])
    await expect(join(world.workspaces.acme.id, id)).rejects.toThrow('personas')
    await expect(join(workspace, world.users.dora.id)).rejects.toThrow('personas')
    await expect(server.sql(`update users set password_hash = 'x' where id = $1`, [id])).rejects.toThrow(
      'users_persona_without_password',
    )
  })

  it('keeps a persona out of every other workspace, and gives the developer himself back', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    await ben.press('Act as Olive Owner')
    expect(ben.text()).toContain('You act as Olive Owner')
    const { workspace } = await ben.persona('owner')
    expect((await ben.open(`/settings/${workspace}/connections`)).status).toBe(200)
    for (const path of ['connections', 'my-connections', 'history', 'policy'])
      expect((await ben.open(`/settings/${world.workspaces.acme.id}/${path}`)).status).toBe(404)
    expect((await ben.open(`/w/${world.workspaces.acme.id}`)).status).toBe(404)
    await ben.open(`/settings/${workspace}/connections`)
    await ben.press('Be yourself again')
    expect((await ben.open(`/settings/${workspace}/connections`)).status).toBe(404)
    expect((await ben.open(`/settings/${world.workspaces.acme.id}/my-connections`)).status).toBe(200)
  })

  it('has personas who are nobody in the hub, however its address is written', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    await ben.press('Act as Olive Owner')
    for (const address of ['/developers', '/developers/', '/Developers', '/DEVELOPERS/new/public']) {
      await ben.open(address)
      expect(ben.visit.$('header').text()).toContain(world.users.ben.email)
    }
    const { action, body } = ben.formOf('Create connection', {
      workspace: (await ben.persona('owner')).workspace,
      name: 'By a persona',
    })
    expect(body.get('name')).toBe('By a persona')
    await ben.open(action.replace('/developers/', '/Developers/'), { method: 'POST', body })
    expect(await server.sql(`select from connections where name = 'By a persona'`)).toEqual([])
  })

  it('has personas whom nobody else can be', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    const { id } = await ben.persona('owner')
    // Owner of the workspace: she manages the connection too.
    const ada = await Developer.open(server, world.users.ada, relay)
    const { action, body } = ada.formOf('Act as Olive Owner')
    body.set('as', id)
    expect((await ada.open(action, { method: 'POST', body })).status).toBe(404)
    const [row] = await server.sql<{ email: string }>('select email from users where id = $1', [id])
    const stranger = new Person(server.base)
    await stranger.signIn(row!.email, 'a long password')
    expect(stranger.visit.url).toContain('/sign-in')
  })

  it('goes with one press, and its tokens with it', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    await ben.connect()
    await ben.press('Show secrets')
    const [token] = /lka_\w{36}/.exec(ben.visit.html)!
    const { id } = await ben.persona('member')
    await ben.open(`${ben.address}/sandbox/remove`)
    await ben.press('Remove sandbox')
    const me = await fetch(`${server.base}/v1/users/me`, { headers: { authorization: `Bearer ${token}` } })
    expect(me.status).toBe(401)
    expect(await server.sql('select from users where id = $1', [id])).toEqual([])
    expect(ben.text()).toContain('Make a sandbox')
  })
})

describe('forced outcomes', () => {
  it('end, stop or empty the flow', async () => {
    const ben = await Developer.open(server, world.users.ben, relay)
    await ben.begin('member', 'user-cancels')
    expect(ben.text()).toContain('error access_denied')

    await ben.begin('member', 'approval-pending')
    expect(ben.visit.url).toContain('/install/')
    await ben.press('Request approval', { reason: 'To see what happens' })
    expect(ben.visit.url).toContain('/my-requests/')
    const waiting = ben.visit.url
    await ben.open(ben.address)
    expect(ben.text()).toContain('Under way')
    await ben.press('Act as Olive Owner')
    await ben.open(waiting.replace(/my-requests\/.*/, 'requests'))
    await ben.press('Approve')
    await ben.open(ben.address)
    await ben.press('Act as Max Member')
    await ben.open(waiting)
    await ben.press('Continue installing')
    await ben.press('Select pages')
    const page = ben.visit.$('input[name=pages]').first().attr('value')!
    await ben.press('Allow access', { pages: [page] })
    expect(messages(ben)).toContain('3. The code is redeemed 200')
    await ben.begin('member', 'approval-pending')
    expect(ben.text()).toContain('Request')

    await ben.connect('member', 'no-pages')
    expect(messages(ben)).toContain('3. The code is redeemed 200')
    expect(ben.text()).toContain('"results": []')
  })

  it.each([
    ['rate-limited', '429', '"code": "rate_limited"', '200'],
    ['unavailable', '503', 'retry-after: 7', '200'],
    ['refresh-expired', '400', 'invalid_grant', '400'],
    ['token-revoked', '400', 'invalid_grant', '400'],
    ['access-narrowed', '200', '"access_token"', '200'],
  ])('befall a refresh: %s', async (outcome, status, words, again) => {
    const ben = await Developer.open(server, world.users.ben, relay)
    await ben.connect()
    await ben.press('Refresh the token', { next: outcome })
    expect(messages(ben).at(-1)).toBe(`${messages(ben).length}. The token is refreshed ${status}`)
    expect(ben.visit.$('.playground-messages > li').last().text()).toContain(words)
    await ben.press('Refresh the token', { next: '' })
    expect(messages(ben).at(-1)).toBe(`${messages(ben).length}. The token is refreshed ${again}`)
  })

  it.each([
    ['rate-limited', '429'],
    ['unavailable', '503'],
    ['token-revoked', '401'],
    ['access-narrowed', '200'],
  ])('befall a call: %s', async (outcome, status) => {
    const ben = await Developer.open(server, world.users.ben, relay)
    await ben.connect()
    const before = messages(ben).length
    await ben.press('Call the API again', { next: outcome })
    expect(messages(ben)[before]).toBe(`${before + 1}. Who is this token? (users.me) ${status}`)
    if (outcome === 'access-narrowed') {
      const [first, second] = ben.visit
        .$('[id^=answer-]')
        .toArray()
        .map(one => ben.visit.$(one).text())
        .filter(text => text.includes('"results"'))
        .map(text => JSON.parse(text.slice(text.indexOf('{'))).results.length)
      expect(second).toBeLessThan(first)
    }
  })
})
