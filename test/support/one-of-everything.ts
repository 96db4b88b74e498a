import { randomUUID } from 'node:crypto'
import { seal } from '../../src/installs/sealed.ts'
import { allowed } from './allowed.ts'
import { seedInstalled } from './installed.ts'
import { Partner } from './partner.ts'
import type { Person } from './person.ts'
import { post, restrict } from './ruled.ts'
import { seedConnection, type World } from './seed.ts'
import type { TestServer } from './server.ts'

/**
 * One of each thing that an address can name, by the name that it has there: Ben manages the connections that he installed with
 * Cleo, has asked for an approval, is in a flow (`uid`), and is offered Lena's installation (`left`). All of it is Acme's.
 */
export async function seedThings(
  server: TestServer,
  world: World,
  people: { ada: Person; ben: Person },
): Promise<Record<string, string>> {
  const { users, pages } = world
  const acme = world.workspaces.acme.id
  const relay = await seedConnection(server.sql, { created_by: users.ben.id, workspace_id: acme })
  const dock = await seedConnection(server.sql, { name: 'Dock' })
  const bens = await allowed(server, relay, users.ben, [pages.handbook])
  const cleos = await allowed(server, relay, users.cleo, [pages.handbook])
  const granted = { workspaceId: acme, pages: [pages.handbook.id], grantedBy: users.ben.id }
  const internal = await seedInstalled(server.sql, { ...granted, userId: null, name: 'Reporter' })
  const itsCreator = 'update connections set created_by = $1 where id = $2'
  await server.sql(itsCreator, [users.ben.id, internal.connectionId])
  const lena = randomUUID()
  await server.sql(`insert into users (id, email, name) values ($1, 'lena@acme.test', 'Lena')`, [lena])
  const left = await seedInstalled(server.sql, { ...granted, userId: lena, name: 'Left' })
  await restrict(server, acme, 'approved-list')
  for (const id of [relay.id, left.connectionId])
    await server.sql('insert into approvals (workspace_id, connection_id) values ($1, $2)', [acme, id])
  await post(people.ada, `/settings/${acme}/hand-over/${left.id}`, { user_id: users.ben.id })
  await people.ben.open(await (await Partner.discover(server.base, dock)).authorizeUrl())
  await people.ben.press('Request approval', { reason: 'For the team.' })
  await people.ben.open(await (await Partner.discover(server.base, relay)).authorizeUrl())
  const uid = /install\/([\w-]+)/.exec(people.ben.visit.url)![1]!
  // Of a host that is reserved for documentation, and switched off: nothing is sent.
  await server.sql(
    `with endpoint as (
       insert into webhook_endpoints (id, connection_id, url, types, created_at, disabled_at, disabled_because)
       values (gen_random_uuid(), $1, 'https://relay.example/webhooks', '{}', now(), now(), 'gone') returning id)
     insert into webhook_deliveries
       (id, endpoint_id, message_id, seq, type, body, state, attempts, next_at, created_at)
     select gen_random_uuid(), id, gen_random_uuid(), 1, 'pages.changed', '{}', 'failed', 14, now(), now() from endpoint`,
    [relay.id],
  )
  const idIn = async (table: string) => (await server.sql<{ id: string }>(`select id from ${table}`))[0]!.id
  return {
    ...{ workspace: acme, connection: relay.id, internal: internal.connectionId, left: left.id, uid },
    ...{ installation: bens.tokens.bot_id, access: cleos.tokens.bot_id, user: users.cleo.id },
    ...{ request: await idIn('approval_requests'), offer: await idIn('hand_overs'), page: pages.roadmap.id },
    endpoint: await idIn('webhook_endpoints'),
    delivery: await idIn('webhook_deliveries'),
    mail: seal(server.server.stores.secretKeys, 'mail-switch', `${users.ben.id} approval-decided`),
    secret: await idIn(`connection_secrets where connection_id = '${relay.id}'`),
  }
}
