import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { examineRotation } from '../../src/cli/doctor-rotation.ts'
import { keyId, seal } from '../../src/installs/sealed.ts'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { seedInstalled } from '../support/installed.ts'
import { type Answer, ben, Flow } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { type ServerProcess, startProcess } from '../support/processes.ts'
import { seedConnection } from '../support/seed.ts'

// Each order restarts two processes several times.
jest.setTimeout(120_000)

const old = Buffer.alloc(32, 7)
const fresh = Buffer.alloc(32, 9)
const everyMs = 200

const { server, world } = await openProviderWorld()
let ports: [number, number]
let hosts: ServerProcess[]

beforeEach(async () => {
  ports = [await freePort(), await freePort()]
  hosts = []
  for (const at of [0, 1] as const) hosts[at] = await host(at, [old])
})
afterEach(async () => {
  await Promise.all(hosts.map(one => one.stop()))
})

const host = (at: 0 | 1, secretKeys: Buffer[]) =>
  startProcess(server, { port: ports[at], secretKeys, followKeysEveryMs: everyMs })

/** Stops one of the hosts and starts it with other keys, while the other one serves. */
async function roll(at: 0 | 1, secretKeys: Buffer[]): Promise<void> {
  await hosts[at]!.stop()
  hosts[at] = await host(at, secretKeys)
  await new Promise(resolve => setTimeout(resolve, 3 * everyMs))
}

const written = async () =>
  (await server.sql<{ key: string }>('select distinct writes_with as key from live_hosts')).map(
    one => one.key,
  )

/** Partners that refresh without a pause, each token at both hosts at once, until they are stopped. */
class Load {
  readonly failures: string[] = []
  refreshes = 0
  consents = 0
  private going = true
  private readonly workers: Promise<void>[]

  constructor(count: number) {
    this.workers = Array.from({ length: count }, () => this.work())
  }

  async stop(): Promise<void> {
    this.going = false
    await Promise.all(this.workers)
  }

  private async work(): Promise<void> {
    while (this.going) {
      const flow = new Flow(server.base, await seedConnection(server.sql))
      // The consent begins at one host and ends at the other, as behind a balancer.
      const allowed = flow.allow(ben(world, world.pages.roadmap), {}, () => this.anyBase())
      const callback = await allowed.catch(cutOff)
      if (!callback) continue
      this.consents++
      const redeemed = await flow.redeem(callback).catch(cutOff)
      if (!redeemed) continue
      if (redeemed.status !== 200)
        this.failures.push(`an exchange answered ${redeemed.status}: ${redeemed.json.error_description}`)
      let token = redeemed.json.refresh_token
      for (let turn = 0; this.going && turn < 20; turn++) token = await this.refresh(flow, token)
    }
  }

  /** A host that is being restarted does not answer; its question is asked again elsewhere. */
  private async refresh(flow: Flow, token: unknown): Promise<unknown> {
    const ask = (at: number) => flow.refresh(token, {}, hosts[at]!.base).catch(() => null)
    const answers = (await Promise.all([ask(0), ask(1)])).filter((one): one is Answer => one !== null)
    for (const { status, json } of answers)
      if (status !== 200)
        this.failures.push(`a refresh answered ${status} ${json.error}: ${json.error_description}`)
    const told = new Set(answers.map(one => one.json.refresh_token))
    if (told.size > 1) this.failures.push('two next tokens of one refresh token')
    for (const { json } of answers)
      if ((await flow.introspect(json.access_token).catch(cutOff))?.json.active === false)
        this.failures.push('an access token was dead on arrival')
    this.refreshes += answers.length
    return answers[0]?.json.refresh_token ?? token
  }

  private async anyBase(): Promise<string> {
    for (;;) {
      const { base } = hosts[Math.random() < 0.5 ? 0 : 1]!
      if (
        await fetch(`${base}/v1/oauth/jwks`).then(
          () => true,
          () => false,
        )
      )
        return base
    }
  }
}

/** A step whose connection was cut; the person begins again. Responses are never excused. */
function cutOff(error: unknown): null {
  // By its message: the error is of Node's own realm, where jest's `TypeError` is another.
  if ((error as Error).message === 'fetch failed') return null
  throw error
}

describe('a new secret key, rolled out host by host under load', () => {
  it.each([
    ['put first at once, the first host before the second', [0, 1], [[fresh, old]]],
    ['put first at once, the second host before the first', [1, 0], [[fresh, old]]],
    [
      'put behind first, then in front',
      [0, 1],
      [
        [old, fresh],
        [fresh, old],
      ],
    ],
  ] as const)('%s, breaks nothing', async (_, order, steps) => {
    const load = new Load(3)
    for (const keys of steps) for (const at of order) await roll(at, [...keys])
    expect(await written()).toEqual([keyId(fresh)])
    await load.stop()
    expect(load.failures).toEqual([])
    expect(load.refreshes).toBeGreaterThan(50)
  })

  it('is not written with before every host has it', async () => {
    await roll(0, [fresh, old])
    expect(await written()).toEqual([keyId(old)])
    await roll(1, [fresh, old])
    expect(await written()).toEqual([keyId(fresh)])
  })

  it('is followed by the doctor, step by step', async () => {
    const doctor = (...keys: Buffer[]) => examineRotation(server.pool, keys)
    expect(await doctor(fresh, old)).toMatchObject({
      ok: true,
      found: expect.stringMatching(
        `^step 1 of 3: .*, .* lack the key ${keyId(fresh)}.* write with ${keyId(old)}$`,
      ),
    })
    expect(await doctor(fresh)).toMatchObject({
      ok: false,
      found: expect.stringContaining('which this host lacks'),
    })
    for (const at of [0, 1] as const) await roll(at, [fresh, old])
    expect(await doctor(fresh, old)).toMatchObject({
      ok: true,
      found: `step 3 of 3: 2 servers write with the key ${keyId(fresh)}`,
      advice: expect.stringContaining(`remove ${keyId(old)}`),
    })
    const made = await seedInstalled(server.sql, {
      workspaceId: world.workspaces.acme.id,
      userId: null,
      pages: [world.pages.handbook.id],
      grantedBy: world.users.ben.id,
    })
    const sealed = `update internal_tokens set token_sealed = $1 where installation_id = $2`
    await server.sql(sealed, [seal([old], 'internal-token', 'lki_'), made.id])
    expect((await doctor(fresh, old)).found).toMatch(
      new RegExp(`^step 2 of 3: .*1 internal token is encrypted with ${keyId(old)}$`),
    )
    await server.sql(sealed, [seal([Buffer.alloc(32, 1)], 'internal-token', 'lki_'), made.id])
    expect((await doctor(fresh, old)).advice).toContain('Put the key back')
    await server.sql('delete from internal_tokens')
  })

  it('in place of the old one keeps a host from starting, with the reason', async () => {
    await hosts[0]!.stop()
    await expect(host(0, [fresh])).rejects.toThrow(
      new RegExp(`SECRET_KEYS: the host .* writes with the key ${keyId(old)}`),
    )
    hosts[0] = await host(0, [fresh, old])
  })

  it('lets the old one be taken away two minutes after the last host wrote with it', async () => {
    for (const at of [0, 1, 0, 1] as const) await roll(at, [fresh, old])
    await hosts[0]!.stop()
    await expect(host(0, [fresh])).rejects.toThrow(keyId(old))
    await server.sql(`update live_hosts set switched_at = switched_at - interval '2 minutes'`)
    hosts[0] = await host(0, [fresh])
    expect(await written()).toEqual([keyId(fresh)])
  })

  it('does not wait for a host that was killed a minute ago', async () => {
    await hosts[1]!.kill()
    await roll(0, [fresh, old])
    expect(await written()).toEqual([keyId(old)])
    await server.sql(
      `update live_hosts set seen_at = seen_at - interval '1 minute' where seen_at < now() - interval '0.4 s'`,
    )
    await new Promise(resolve => setTimeout(resolve, 3 * everyMs))
    expect(await written()).toEqual([keyId(fresh)])
    hosts[1] = await host(1, [fresh, old])
  })
})
