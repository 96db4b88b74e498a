import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { allowed } from '../support/allowed.ts'
import { call } from '../support/api.ts'
import { openRelay, type Relay } from '../support/relay.ts'
import { seedConnection, seedWorld } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let relay: Relay
let server: TestServer
beforeAll(async () => {
  relay = await openRelay(process.env.TEST_DATABASE_URL!)
  server = await startServer({ METRICS_PORT: '0' }, {}, { database: relay.through })
})
afterAll(async () => {
  await server.close()
  await relay.close()
})

const metrics = async () => (await fetch(`http://127.0.0.1:${server.metricsPort}/metrics`)).text()

/** The value of one line, or null where it is not there. */
const sampleOf = (text: string, line: string) => {
  const found = text.split('\n').find(one => one.startsWith(`${line} `))
  return found === undefined ? null : Number(found.split(' ').at(-1))
}
const requests = (labels: string) => `latchkey_http_requests_total{${labels}}`

describe('METRICS_PORT', () => {
  it('counts requests by route and status, and neither ids nor paths that were made up', async () => {
    const world = await seedWorld(server.sql)
    const connection = await seedConnection(server.sql)
    const { tokens } = await allowed(server, connection, world.users.ben, [world.pages.roadmap])
    const page = world.pages.roadmap.id
    await call(server.base, `/v1/pages/${page}`, { token: tokens.access_token })
    await fetch(`${server.base}/made-up/${page}`)
    await fetch(`${server.base}/sign-in`, { method: 'MADEUP' }).catch(() => {})
    const text = await metrics()
    expect(sampleOf(text, requests('route="/v1/oauth/token",method="POST",status="200"'))).toBe(1)
    expect(sampleOf(text, requests('route="/sign-in",method="POST",status="303"'))).toBe(1)
    expect(sampleOf(text, requests('route="other",method="GET",status="404"'))).toBeGreaterThanOrEqual(1)
    expect(sampleOf(text, 'latchkey_redis_connected')).toBe(1)
    expect(sampleOf(text, 'latchkey_database_connections{state="waiting"}')).toBe(0)
    expect(sampleOf(text, 'latchkey_database_wait_seconds_count')).toBeGreaterThan(0)
    expect(text).toContain('process_resident_memory_bytes')
    for (const secret of [page, tokens.access_token, connection.id, 'made-up', 'MADEUP'])
      expect(text).not.toContain(secret)
  })

  it('counts what the database refuses', async () => {
    const name = 'latchkey_store_errors_total{store="database"}'
    const before = sampleOf(await metrics(), name)!
    relay.cut()
    for (let tries = 0; tries < 100 && sampleOf(await metrics(), name) === before; tries++)
      await fetch(`${server.base}/readyz`)
    expect(sampleOf(await metrics(), name)).toBeGreaterThan(before)
  })

  it('serves nothing else, and the public port serves no metrics', async () => {
    expect((await fetch(`http://127.0.0.1:${server.metricsPort}/sign-in`)).status).toBe(404)
    expect((await fetch(`${server.base}/metrics`)).status).toBe(404)
  })
})
