import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ben, Flow } from '../support/oauth.ts'
import { type OpenProvider, openProvider } from '../support/open-provider.ts'
import { type Processes, startProcesses } from '../support/processes.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'

let server: OpenProvider
let processes: Processes
let world: World
let flow: Flow

beforeAll(async () => {
  server = await openProvider()
  processes = await startProcesses(server, 2)
  world = await seedWorld(server.sql)
})
beforeEach(async () => {
  flow = new Flow(server.base, await seedConnection(server.sql))
})
afterAll(async () => {
  await processes.stop()
  await server.close()
})

const eventKinds = async () =>
  (
    await server.sql<{ kind: string }>('select kind from events where connection_id = $1 order by id', [
      flow.connection.id,
    ])
  ).map(one => one.kind)
const allowed = () => flow.allow(ben(world, world.pages.roadmap))
/** The same request twenty times at once, to the one process and the other in turn. */
const twenty = <T>(ask: (base: string) => Promise<T>) =>
  Promise.all(Array.from({ length: 20 }, (_, turn) => ask(processes.bases[turn % 2]!)))

describe('on two processes', () => {
  it.each([1, 2, 3])(
    '20 redemptions of one code at once: one succeeds, and its tokens live (%i)',
    async () => {
      const callback = await allowed()
      const answers = await twenty(base => flow.redeem(callback, {}, base))
      const [won, ...more] = answers.filter(one => one.status === 200)
      expect(more).toEqual([])
      const lost = answers.filter(one => one !== won)
      expect(lost.map(one => [one.status, one.json.error])).toEqual(lost.map(() => [400, 'invalid_grant']))
      expect((await flow.introspect(won!.json.access_token)).json.active).toBe(true)
      expect((await flow.refresh(won!.json.refresh_token)).status).toBe(200)
      expect(await eventKinds()).toEqual(['installation.activated'])
    },
  )

  it('20 refreshes of one token at once: every caller ends with a working chain', async () => {
    const { json: first } = await flow.redeem(await allowed())
    const answers = await twenty(base => flow.refresh(first.refresh_token, {}, base))
    expect(answers.map(one => one.status)).toEqual(answers.map(() => 200))
    for (const { json } of answers) expect((await flow.introspect(json.access_token)).json.active).toBe(true)
    expect(new Set(answers.map(one => one.json.refresh_token)).size).toBe(1)
    const next = await flow.refresh(answers[7]!.json.refresh_token, {}, processes.bases[1])
    expect(next.status).toBe(200)
    expect(await eventKinds()).toEqual(['installation.activated'])
  })

  it('refreshes against a disconnect, in either order: afterwards no token lives, and nobody waits for ever', async () => {
    for (let round = 0; round < 5; round++) {
      const { json: first } = await flow.redeem(await allowed())
      const disconnect = async () => {
        await new Promise(resolve => setTimeout(resolve, round))
        await server.sql(
          `with ended as (delete from authorizations where installation_id = $1)
           update installations set state = 'revoked' where id = $1`,
          [first.bot_id],
        )
      }
      const [answers] = await Promise.all([
        twenty(base => flow.refresh(first.refresh_token, {}, base)),
        disconnect(),
      ])
      for (const { status, json } of answers) {
        expect([200, 400]).toContain(status)
        if (status === 400) expect(json.error).toBe('invalid_grant')
        else expect((await flow.introspect(json.access_token)).json.active).toBe(false)
      }
      const [left] = await server.sql<{ tokens: number }>(
        `select count(*)::int as tokens from authorizations a
         left join access_tokens t on t.grant_id = a.id left join refresh_tokens r on r.grant_id = a.id
         where a.connection_id = $1`,
        [flow.connection.id],
      )
      expect(left!.tokens).toBe(0)
    }
  })

  it('two codes of one member redeemed at once make one installation', async () => {
    const [one, other] = [await allowed(), await allowed()]
    const [first, second] = await Promise.all([
      flow.redeem(one, {}, processes.bases[0]),
      flow.redeem(other, {}, processes.bases[1]),
    ])
    expect([first.status, second.status]).toEqual([200, 200])
    expect(first.json.bot_id).toBe(second.json.bot_id)
  })
})
