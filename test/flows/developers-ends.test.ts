import { describe, expect, it } from '@jest/globals'
import { csrfOf, Developers, partOf } from '../support/developers.ts'
import { openWorld } from '../support/open-world.ts'
import { Partner, reachedTitles } from '../support/partner.ts'

const { server, world } = await openWorld()
const developers = new Developers(server.base, world)

describe('secrets', () => {
  it('rotate without a pause: two live at a time, each with its dates, one revoked', async () => {
    const relay = await developers.create()
    const { partner, tokens } = await developers.install(relay)
    const { developer } = relay
    await developer.press('Create another secret')
    const second = developer.visit.$('#shown-value').text().trim()
    expect(second).not.toBe(relay.secret)
    expect(developer.text()).toContain('Two secrets are in use')
    expect(developer.visit.$('table[aria-label="Client secrets"] tbody tr')).toHaveLength(2)

    const rotated = await Partner.discover(server.base, { ...relay, secret: second })
    const byOld = await partner.refresh(tokens.refresh_token!)
    const byNew = await rotated.refresh(byOld.refresh_token!)
    // The date is written beside the answer, not before it.
    let dates = ''
    for (let tries = 0; tries < 100 && dates.match(/just now/g)?.length !== 2; tries++) {
      await developer.open(`/developers/connections/${relay.id}`)
      dates = developer.visit.$('td[data-label="Last used"]').text()
    }
    expect(dates.match(/just now/g)).toHaveLength(2)

    await developer.open(developer.visit.$('a:contains("Revoke")').first().attr('href')!)
    expect(developer.text()).toContain('It is in use')
    await developer.press('Revoke secret')
    expect(developer.text()).toContain('The secret is revoked')
    await expect(partner.refresh(byNew.refresh_token!)).rejects.toMatchObject({ status: 401 })
    await expect(rotated.refresh(byNew.refresh_token!)).resolves.toHaveProperty('access_token')
    const kinds = await server.sql<{ kind: string }>(
      `select kind from events where connection_id = $1 and kind like 'secret.%' order by id`,
      [relay.id],
    )
    expect(kinds.map(one => one.kind)).toEqual(['secret.rotated', 'secret.revoked'])
  })

  it('are never more than two, however many ask at once', async () => {
    const relay = await developers.create()
    const body = new URLSearchParams({ csrf: await csrfOf(relay.developer) })
    const answers = await Promise.all(
      Array.from({ length: 6 }, () =>
        relay.developer.send(partOf(relay, 'secrets'), { method: 'POST', body }),
      ),
    )
    expect(answers.map(one => one.status).sort()).toEqual([303, 409, 409, 409, 409, 409])
  })

  it('die when the client becomes public, and do not come back', async () => {
    const relay = await developers.create()
    const { developer } = relay
    const { partner, tokens } = await developers.install(relay)
    await developer.open(partOf(relay, 'settings'))
    await developer.press('Save settings', { client: 'public' })
    expect(developer.text()).toContain('Its client secret stops working at once')
    await developer.press('Save change')
    await developer.open(partOf(relay, 'settings'))
    await developer.press('Save settings', { client: 'confidential' })
    await developer.press('Save change')
    expect(developer.text()).toContain('There is no client secret')
    await expect(partner.refresh(tokens.refresh_token!)).rejects.toMatchObject({ status: 401 })
  })
})

describe('switching off and deleting', () => {
  it('says how much stops, stops it on the next request, and lets it go on again', async () => {
    const relay = await developers.create()
    const cleo = await developers.install(relay, 'cleo')
    const ada = await developers.install(relay, 'ada')
    const { developer } = relay
    await developer.open(partOf(relay, 'disable'))
    expect(developer.text()).toContain('2 installations in 1 workspace will stop working.')
    expect(await reachedTitles(server.base, cleo.tokens.access_token)).toEqual(['Handbook'])
    await developer.press('Switch off')
    expect(developer.text()).toContain('Switched off')
    await expect(reachedTitles(server.base, cleo.tokens.access_token)).rejects.toThrow('401')
    await expect(cleo.partner.refresh(cleo.tokens.refresh_token!)).rejects.toMatchObject({ status: 401 })

    await developer.open(partOf(relay, 'danger'))
    await developer.press('Switch on')
    expect(await reachedTitles(server.base, cleo.tokens.access_token)).toEqual(['Handbook'])
    await expect(ada.partner.refresh(ada.tokens.refresh_token!)).resolves.toHaveProperty('access_token')
    const kinds = await server.sql<{ kind: string; actor_id: string }>(
      `select kind, actor_id from events where connection_id = $1 and kind ~ '^connection[.](dis|en)abled' order by id`,
      [relay.id],
    )
    expect(kinds).toEqual([
      { kind: 'connection.disabled', actor_id: world.users.ben.id },
      { kind: 'connection.enabled', actor_id: world.users.ben.id },
    ])
  })

  it('deletes for good: tokens, secrets and the address are gone, the record stays', async () => {
    const relay = await developers.create()
    const { partner, tokens } = await developers.install(relay)
    const { developer } = relay
    await developer.open(partOf(relay, 'delete'))
    expect(developer.text()).toContain('1 installation in 1 workspace will stop working.')
    expect(developer.text()).toContain('This cannot be undone.')
    await developer.press('Delete connection')
    expect(developer.visit.url).toContain('/developers?said=deleted')
    expect(developer.visit.$(`a[href*="${relay.id}"]`)).toHaveLength(0)
    await expect(reachedTitles(server.base, tokens.access_token)).rejects.toThrow('401')
    await expect(partner.refresh(tokens.refresh_token!)).rejects.toMatchObject({ status: 401 })
    expect((await developer.open(`/developers/connections/${relay.id}`)).status).toBe(404)
    const [left] = await server.sql(
      `select (select count(*)::int from authorizations where connection_id = $1) as authorizations,
         (select count(*)::int from connection_secrets where connection_id = $1 and revoked_at is null) as secrets,
         (select array_agg(distinct state) from installations where connection_id = $1) as states`,
      [relay.id],
    )
    expect(left).toEqual({ authorizations: 0, secrets: 0, states: ['revoked'] })
  })

  it('what the operator switched off stays off for its developer', async () => {
    const relay = await developers.create()
    await server.sql('update connections set disabled_at = now() where id = $1', [relay.id])
    const { developer } = relay
    await developer.open(partOf(relay, 'danger'))
    expect(developer.text()).toContain('only they can switch it on again')
    await developer.open(partOf(relay, 'enable'), {
      method: 'POST',
      body: new URLSearchParams({ csrf: await csrfOf(developer) }),
    })
    expect(developer.visit.status).toBe(403)
    const [row] = await server.sql('select disabled_at is null as on from connections where id = $1', [
      relay.id,
    ])
    expect(row).toEqual({ on: false })
  })

  it('tells the workspaces that it concerned, without naming a person of the developer’s', async () => {
    await server.sql('insert into members (workspace_id, user_id, role) values ($1, $2, $3)', [
      world.workspaces.side.id,
      world.users.dora.id,
      'owner',
    ])
    const relay = await developers.create('dora', { workspace: world.workspaces.side.id })
    await developers.install(relay, 'cleo')
    await relay.developer.open(partOf(relay, 'delete'))
    await relay.developer.press('Delete connection')
    const told = await server.sql(
      `select workspace_id, actor_id, address, data from events where connection_id = $1 and kind = 'connection.deleted' order by id`,
      [relay.id],
    )
    expect(told).toEqual([
      expect.objectContaining({ workspace_id: world.workspaces.side.id, actor_id: world.users.dora.id }),
      { workspace_id: world.workspaces.acme.id, actor_id: null, address: null, data: { by: 'developer' } },
    ])
  })
})
