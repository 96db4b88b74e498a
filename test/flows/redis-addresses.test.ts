import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { readConfig } from '../../src/config.ts'
import { openRedis, settled } from '../../src/storage/redis/client.ts'
import { redisShortLived } from '../../src/storage/redis/short-lived.ts'
import { type Certificates, makeCertificates } from '../support/certificates.ts'
import { latchkey } from '../support/command.ts'
import { basic, post } from '../support/oauth.ts'
import { type RedisNode, startCluster, startNode, startSentinels, until } from '../support/redis-nodes.ts'
import { seedConnection, seedWorld } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

jest.setTimeout(120_000)

type Report = { checks: { name: string; ok: boolean; found: string; advice?: string }[] }

const running: { stop(): Promise<void> }[] = []
const keep = <T extends { stop(): Promise<void> }>(...started: T[]): T[] => {
  running.push(...started)
  return started
}
let certificates: Certificates

beforeAll(async () => {
  certificates = await makeCertificates()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map(one => one.stop()))
})
afterAll(() => certificates.remove())

/** The Redis findings of doctor, as an operator runs it. */
async function doctor(REDIS_URL: string, env: Record<string, string> = {}) {
  const ended = await latchkey(['doctor', '--json'], { DATA_DIR: certificates.folder, REDIS_URL, ...env })
  return (ended.json() as Report).checks.find(one => one.name === 'redis')!
}

/** Writes under many keys, as sessions do, and reads them back. */
async function works(url: string): Promise<void> {
  const redis = openRedis(url)
  await settled(redis)
  const store = redisShortLived(redis)
  const keys = Array.from({ length: 50 }, (_, number) => `works-${number}`)
  await Promise.all(keys.map(key => store.write(key, key, 60)))
  expect(await Promise.all(keys.map(key => store.read(key)))).toEqual(keys)
  await store.ping()
  await store.close()
}

const addresses = (nodes: RedisNode[], scheme: string, host = '127.0.0.1') =>
  nodes.map(node => `${scheme}${host}:${node.port}`).join(',')

async function readiness(server: TestServer) {
  const answer = await fetch(`${server.base}/readyz`)
  return { ...((await answer.json()) as { failing: string[] }), status: answer.status }
}

describe('a cluster of Redis', () => {
  it('with TLS and a password is reached with both at every node, though only two are listed', async () => {
    const nodes = keep(...(await startCluster({ certificates, password: 'pass word' })))
    const listed = nodes.slice(0, 2)
    const url = addresses(listed, 'rediss://', 'localhost').replace('rediss://', 'rediss://:pass%20word@')
    const trusting = { NODE_EXTRA_CA_CERTS: certificates.ca }
    expect(await doctor(url, trusting)).toMatchObject({
      ok: true,
      found: expect.stringContaining('3 masters'),
    })
    expect(await doctor(addresses(listed, 'rediss://', 'localhost'), trusting)).toMatchObject({
      ok: false,
      advice: expect.stringContaining('user and password'),
    })
    expect(await doctor(url)).toMatchObject({
      ok: false,
      advice: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    })
    expect(await doctor(url.replaceAll('rediss', 'redis'), trusting)).toMatchObject({ ok: false })
  })

  it('works by a list and by one address that says so, and one that does not is found out', async () => {
    const nodes = keep(...(await startCluster()))
    await works(addresses(nodes, 'redis://'))
    await works(`redis+cluster://127.0.0.1:${nodes[0]!.port}`)
    const alone = `redis://127.0.0.1:${nodes[0]!.port}`
    expect(await doctor(alone)).toMatchObject({
      ok: false,
      found: expect.stringContaining('a node of a cluster'),
      advice: expect.stringContaining('redis+cluster://'),
    })
    const server = await startServer({}, {}, { redis: () => alone })
    try {
      expect(await readiness(server)).toMatchObject({ status: 503, failing: ['redis'] })
      const pages = await Promise.all(Array.from({ length: 12 }, () => fetch(`${server.base}/sign-in`)))
      expect(pages.filter(page => page.status === 500)).toEqual([])
    } finally {
      await server.close()
    }
  })

  it('of which no node answers keeps no request waiting', async () => {
    const server = await startServer({}, {}, { redis: () => 'redis://127.0.0.1:1,redis://127.0.0.1:2' })
    try {
      const page = await fetch(`${server.base}/developers`)
      expect([503, 200]).toContain(page.status)
      expect((await readiness(server)).status).toBe(503)
    } finally {
      await server.close()
    }
  })
})

describe('sentinels', () => {
  it('lead to the master, and to its replica once that took over', async () => {
    const set = await startSentinels({ password: 'secret' })
    keep(set)
    const hosts = set.sentinels.map(one => `127.0.0.1:${one.port}`).join(',')
    const url = `redis+sentinel://:secret@${hosts}/latchkey`
    await works(url)
    expect(await doctor(url)).toMatchObject({ ok: true })
    expect(await doctor(`redis://127.0.0.1:${set.sentinels[0]!.port}`)).toMatchObject({
      ok: false,
      advice: expect.stringContaining('redis+sentinel://'),
    })
    const server = await startServer({}, {}, { redis: () => url })
    try {
      expect((await readiness(server)).status).toBe(200)
      await set.master.stop()
      await until(async () => (await readiness(server)).status === 200)
      expect(`${await set.replica.ask('info', 'replication')}`).toContain('role:master')
    } finally {
      await server.close()
    }
  })
})

describe('a Redis that takes no writes', () => {
  it('makes the server unready: a replica, and one that is full', async () => {
    const [master] = keep(await startNode())
    const [other] = keep(await startNode())
    const server = await startServer({}, {}, { redis: () => `redis://127.0.0.1:${other!.port}` })
    try {
      const relay = await seedConnection(server.sql)
      await seedWorld(server.sql)
      const wrong = () => post(`${server.base}/v1/oauth/introspect`, { token: 'x' }, basic(relay.id, 'wrong'))
      expect((await readiness(server)).status).toBe(200)
      await other!.ask('replicaof', '127.0.0.1', master!.port)
      await until(async () => (await readiness(server)).status === 503)
      expect(await doctor(`redis://127.0.0.1:${other!.port}`)).toMatchObject({
        ok: false,
        found: expect.stringContaining('replica'),
      })
      expect((await wrong()).status).toBe(401)
      await other!.ask('replicaof', 'no', 'one')
      await until(async () => (await readiness(server)).status === 200)
      await other!.ask('config', 'set', 'maxmemory', '1')
      await until(async () => (await readiness(server)).status === 503)
      expect(await doctor(`redis://127.0.0.1:${other!.port}`)).toMatchObject({
        ok: false,
        advice: expect.stringContaining('maxmemory'),
      })
      expect((await wrong()).status).toBe(401)
    } finally {
      await server.close()
    }
  })
})

describe('REDIS_URL', () => {
  const read = (REDIS_URL: string) => readConfig({ REDIS_URL }).redisUrl
  it.each([
    ['http://host', 'redis://host:6379'],
    ['redis://a,rediss://b', 'the same scheme'],
    ['redis://:one@a,redis://:two@b', 'one user and password'],
    ['redis://a,redis://b/3', 'no database number'],
    ['redis://a/b', 'a database number'],
    ['redis+sentinel://a:26379,b:26379', 'the name of the master'],
    ['redis://a?tls=true', 'no settings'],
    ['redis+sentinel://a/m?tls=true', 'sentinel_username and sentinel_password'],
  ])('of %s is refused: expected is %s', (url, expected) => {
    expect(() => read(url)).toThrow(new RegExp(`REDIS_URL: found a value, expected .*${expected}`))
  })

  it.each(['redis://a', 'rediss://user:p%40ss@a:1/2', 'redis://[::1]:6379', 'redis+sentinel://a,b:1/m/2'])(
    'of %s is taken',
    url => {
      expect(read(url)).toBe(url)
    },
  )
})
