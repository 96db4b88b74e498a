import { expect, it } from '@jest/globals'
import { iteratePaginatedAPI } from '@notionhq/client'
import { clientWith, refusalOf } from '../support/api-client.ts'
import { openWorld } from '../support/open-world.ts'
import { Person } from '../support/person.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld()
const relay = await seedConnection(server.sql)

/** Connect → sign in → Select pages → Allow access: the code that the partner receives. */
async function allow(email: string, pages: { id: string }[]): Promise<string> {
  const person = new Person(server.base)
  const query = new URLSearchParams({
    client_id: relay.id,
    redirect_uri: relay.redirectUri,
    response_type: 'code',
    owner: 'user',
    state: 'given back',
  })
  await person.open(`/v1/oauth/authorize?${query}`)
  await person.signIn(email)
  await person.press('Select pages')
  await person.press('Allow access', { pages: pages.map(page => page.id) })
  return new URL(person.visit.url).searchParams.get('code')!
}

it('the unmodified client completes the flow and its calls with only its base address changed', async () => {
  const notion = clientWith(server.base)
  const client = { client_id: relay.id, client_secret: relay.secret }
  const tokens = await notion.oauth.token({
    ...client,
    grant_type: 'authorization_code',
    code: await allow(world.users.ben.email, [world.pages.roadmap]),
    redirect_uri: relay.redirectUri,
  })
  const auth = tokens.access_token
  expect(tokens).toMatchObject({ workspace_id: world.workspaces.acme.id, workspace_name: 'Acme' })
  expect(await notion.oauth.introspect({ ...client, token: auth })).toMatchObject({ active: true })

  const me = await clientWith(server.base, auth).users.me({})
  expect(me).toMatchObject({ id: tokens.bot_id, type: 'bot', bot: { owner: tokens.owner } })
  const people = await notion.users.list({ auth })
  expect(people.results.map(person => person.name).sort()).toEqual(['Ada', 'Ben', 'Cleo'])

  const found: string[] = []
  for await (const page of iteratePaginatedAPI(notion.search, { auth, page_size: 1 })) found.push(page.id)
  expect(found).toEqual([world.pages.roadmap.id, world.pages.quarter.id, world.pages.launch.id])
  const page = await notion.pages.retrieve({ auth, page_id: world.pages.quarter.id })
  expect(page).toMatchObject({ parent: { type: 'page_id', page_id: world.pages.roadmap.id } })
  const children = await notion.blocks.children.list({ auth, block_id: world.pages.quarter.id })
  expect(children.results).toMatchObject([{ id: world.pages.launch.id, type: 'child_page' }])
  const refused = await refusalOf(notion.pages.retrieve({ auth, page_id: world.pages.handbook.id }))
  expect(refused).toMatchObject({ code: 'object_not_found', status: 404 })

  const renewed = await notion.oauth.token({
    ...client,
    grant_type: 'refresh_token',
    refresh_token: tokens.refresh_token!,
  })
  expect(await clientWith(server.base, renewed.access_token).users.me({})).toMatchObject({
    id: tokens.bot_id,
  })
  await notion.oauth.revoke({ ...client, token: renewed.access_token })
  const dead = await refusalOf(clientWith(server.base, renewed.access_token).users.me({}))
  expect(dead).toMatchObject({ code: 'unauthorized', status: 401 })
  expect(await notion.oauth.introspect({ ...client, token: auth })).toMatchObject({ active: false })
})
