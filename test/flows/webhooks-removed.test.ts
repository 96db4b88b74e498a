import { afterAll, expect, it } from '@jest/globals'
import { allowed, signedIn } from '../support/allowed.ts'
import { whileHeld } from '../support/held-rows.ts'
import { openWorld } from '../support/open-world.ts'
import { openReceiver } from '../support/receiver.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openWorld({ OUTBOUND_HOSTS: '127.0.0.1' })
const theirs = await openReceiver()
afterAll(() => theirs.close())

it('an endpoint that is removed at the same moment gets no message, and keeps none from others', async () => {
  const relay = await seedConnection(server.sql, { workspace_id: world.workspaces.acme.id })
  await server.sql('update connections set created_by = $2 where id = $1', [relay.id, world.users.ben.id])
  const ben = await signedIn(server, world.users.ben)
  const screen = `/developers/connections/${relay.id}/webhooks`
  await ben.open(screen)
  await ben.press('Add endpoint', { url: theirs.url })
  await ben.press('Send a test')
  await theirs.until(1)
  await ben.open(screen)
  const presses = ['Send a test', 'Send again'].map(button => ben.formOf(button, {}))
  await ben.press('Add endpoint', { url: `${theirs.url}other` })

  const oldest = `(select id from webhook_endpoints where connection_id = $1 order by created_at limit 1)`
  const lateness = await whileHeld(
    server.config.databaseUrl!,
    `delete from webhook_endpoints where id = ${oldest}`,
    [relay.id],
    async () => {
      const sent = presses.map(({ action, body }) => ben.send(action, { method: 'POST', body }))
      const locks = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      while ((await server.sql(locks)).length < 2) await new Promise(resolve => setTimeout(resolve, 10))
      const installing = allowed(server, relay, world.users.cleo, [world.pages.roadmap])
      return { sent, installing: await installing }
    },
  )
  const answers = await Promise.all(lateness.sent)
  expect(answers.map(one => one.status)).toEqual([404, 404])
  const [, told] = await theirs.until(2)
  expect(told!.body).toContain('installation.activated')
})
