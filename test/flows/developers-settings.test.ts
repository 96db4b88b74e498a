import { describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import { Developers, partOf } from '../support/developers.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'

const { server, world } = await openWorld()
const developers = new Developers(server.base, world)

describe('a change of the settings', () => {
  it('of a redirect URI holds on the next request, and says first what stops', async () => {
    const relay = await developers.create('ben', {
      redirect_uris: 'https://relay.test/callback\nhttps://relay.test/other',
    })
    const partner = await Partner.discover(server.base, { ...relay, redirectUri: 'https://relay.test/other' })
    const person = await developers.signedIn('cleo')
    await person.open(await partner.authorizeUrl())
    expect(person.visit.status).toBe(200)

    const { developer } = relay
    await developer.open(partOf(relay, 'settings'))
    await developer.press('Save settings', {
      redirect_uris: 'https://relay.test/callback\nhttps://relay.test/new',
    })
    expect(developer.text()).toContain('Flows that return to https://relay.test/other are refused')
    expect((await server.sql('select redirect_uris from connections where id = $1', [relay.id]))[0]).toEqual({
      redirect_uris: ['https://relay.test/callback', 'https://relay.test/other'],
    })
    await developer.press('Save change')

    await person.open(await partner.authorizeUrl())
    expect(person.visit.status).toBe(400)
    const added = await Partner.discover(server.base, { ...relay, redirectUri: 'https://relay.test/new' })
    await person.open(await added.authorizeUrl())
    expect(person.visit.status).toBe(200)
  })

  it('of the name and the rest is seen at once where people are asked', async () => {
    const relay = await developers.create()
    const partner = await Partner.discover(server.base, relay)
    const person = await developers.signedIn('cleo')
    await person.open(await partner.authorizeUrl())
    expect(person.heading()).toContain('Relay')
    await relay.developer.open(partOf(relay, 'settings'))
    await relay.developer.press('Save settings', {
      name: 'Relay Two',
      developer_name: 'Relay Incorporated',
      website: 'https://two.relay.test',
    })
    expect(relay.developer.text()).toContain('Saved. It holds from the next request on.')
    await person.open(await partner.authorizeUrl())
    expect(person.heading()).toContain('Relay Two')
    expect(person.text()).toContain('Relay Incorporated')
  })

  it('of the logo is seen at once in the gallery and where people are asked', async () => {
    const relay = await developers.create('ben', { name: 'Pictured', description: 'It draws.' })
    const partner = await Partner.discover(server.base, relay)
    const person = await developers.signedIn('cleo')
    const shown = async (address: string) => {
      await person.open(address)
      const src = person.visit.$(`img[src*="/logos/${relay.id}"]`).attr('src')
      return src && (await person.send(src)).status === 200 ? src : undefined
    }
    const ask = await partner.authorizeUrl()
    expect([await shown('/gallery?q=Pictured'), await shown(ask)]).toEqual([undefined, undefined])
    const seen = new Set<string | undefined>()
    for (const side of [16, 24]) {
      const bytes = await sharp({ create: { width: side, height: side, channels: 3, background: 'teal' } })
        .png()
        .toBuffer()
      await relay.developer.open(partOf(relay, 'settings'))
      const file = new File([new Uint8Array(bytes)], 'logo.png')
      await relay.developer.upload('Upload logo', 'logo', file)
      const src = await shown('/gallery?q=Pictured')
      expect(await shown(await partner.authorizeUrl())).toBe(src)
      seen.add(src)
    }
    expect(seen.size).toBe(2)
    expect(seen).not.toContain(undefined)
  })

  it('that widens access does not reach tokens that are out: they keep what was consented', async () => {
    const relay = await developers.create('ben', { capabilities: 'read_content' })
    const { partner, tokens } = await developers.install(relay)
    const rename = (token: string) =>
      fetch(`${server.base}/v1/pages/${world.pages.handbook.id}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ archived: false }),
      })
    expect((await rename(tokens.access_token)).status).toBe(403)
    await relay.developer.open(partOf(relay, 'settings'))
    await relay.developer.press('Save settings', { capabilities: ['read_content', 'update_content'] })
    expect(relay.developer.text()).toContain('Saved.')
    expect((await rename(tokens.access_token)).status).toBe(403)
    const refreshed = await partner.refresh(tokens.refresh_token!)
    expect((await rename(refreshed.access_token)).status).toBe(403)
    const again = await developers.install(relay)
    expect((await rename(again.tokens.access_token)).status).toBe(200)
  })

  it('that narrows access lets no flow ask for more, and leaves what is installed', async () => {
    const relay = await developers.create()
    const { partner, tokens } = await developers.install(relay)
    await relay.developer.open(partOf(relay, 'settings'))
    await relay.developer.press('Save settings', { capabilities: 'read_content', people: 'none' })
    expect(relay.developer.text()).toContain('Installations keep the access that their members allowed')
    await relay.developer.press('Save change')
    const person = await developers.signedIn('cleo')
    await person.open(await partner.authorizeUrl({ scope: 'read_content update_content' }))
    expect(person.visit.url).toContain('error=invalid_scope')
    const refreshed = await partner.refresh(tokens.refresh_token!)
    expect(await reachedTitles(server.base, refreshed.access_token)).toEqual(['Handbook'])
  })

  it('that requires PKCE refuses a flow without it', async () => {
    const relay = await developers.create()
    const person = await developers.signedIn('cleo')
    const plain = new URL('/v1/oauth/authorize', server.base)
    plain.search = new URLSearchParams({
      client_id: relay.id,
      response_type: 'code',
      redirect_uri: relay.redirectUri,
      state: 'x',
    }).toString()
    expect((await person.open(plain.href)).status).toBe(200)
    await relay.developer.open(partOf(relay, 'settings'))
    await relay.developer.press('Save settings', { flow: 'require_pkce' })
    await relay.developer.press('Save change')
    await person.open(plain.href)
    expect(new URL(person.visit.url).searchParams.get('error')).toBe('invalid_request')
  })

  it('by two people at once: the second sees what he would undo before he does', async () => {
    const relay = await developers.create()
    const ada = await developers.signedIn('ada')
    await ada.open(partOf(relay, 'settings'))
    await relay.developer.open(partOf(relay, 'settings'))
    await relay.developer.press('Save settings', { description: 'By Ben' })
    await ada.press('Save settings', { name: 'By Ada' })
    expect(ada.visit.status).toBe(409)
    expect(ada.text()).toContain('Somebody else has changed this connection')
    expect(ada.text()).toContain('By Ben')
    await ada.press('Save changes')
    expect(ada.heading()).toBe('By Ada')
    const [row] = await server.sql('select name, description from connections where id = $1', [relay.id])
    expect(row).toEqual({ name: 'By Ada', description: null })
  })

  it('that changes nothing says so and records nothing', async () => {
    const relay = await developers.create()
    await relay.developer.open(partOf(relay, 'settings'))
    await relay.developer.press('Save settings')
    expect(relay.developer.text()).toContain('There were no changes to save')
    const events = await server.sql(
      `select from events where connection_id = $1 and kind = 'connection.updated'`,
      [relay.id],
    )
    expect(events).toHaveLength(0)
  })
})

describe('optional access levels', () => {
  it('are set on the screen, reviewed in a manifest, and refused where they are no access level', async () => {
    const { developer, ...relay } = await developers.create('ben', { optional: ['update_content'] })
    const saved = async () =>
      (await server.sql('select optional_capabilities from connections where id = $1', [relay.id]))[0]
    expect(await saved()).toEqual({ optional_capabilities: ['update_content'] })
    await developer.open(`/developers/connections/${relay.id}`)
    expect(developer.text()).toContain('Change pages (update_content, optional)')

    await developer.open(partOf(relay, 'settings'))
    await developer.press('Save settings', { optional: ['read_comments'] })
    expect(developer.visit.status).toBe(400)
    expect(developer.text()).toContain('“read_comments” is optional, but not among the access levels.')
    expect(await saved()).toEqual({ optional_capabilities: ['update_content'] })

    await developer.open(partOf(relay, 'settings'))
    await developer.press('Save settings', { optional: [] })
    expect(await saved()).toEqual({ optional_capabilities: [] })
  })
})
