import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import Router from '@koa/router'
import { type Answer, call } from '../support/api.ts'
import { startServer, type TestServer } from '../support/server.ts'

// The routes are read from the product's own routers, so an endpoint that is added is compared without being named here.
const registered = jest.spyOn(Router.prototype, 'register')

type Metadata = Record<string, unknown>

let server: TestServer
/** `GET /v1/users/{user_id}`, as the document has them. */
let documented: string[]
/** The addresses of the OAuth server's metadata below /v1/. */
let oauth: Record<string, string>

beforeAll(async () => {
  server = await startServer()
  const json = async (address: string) => (await call(server.base, address)).json
  const { paths } = (await json('/openapi.json')) as { paths: Record<string, object> }
  documented = Object.entries(paths).flatMap(([route, operations]) =>
    Object.keys(operations).map(method => `${method.toUpperCase()} ${route}`),
  )
  const metadata = (await json('/.well-known/oauth-authorization-server')) as Metadata
  oauth = Object.fromEntries(
    Object.entries(metadata)
      .filter(([, value]) => String(value).startsWith(`${server.base}/v1/`))
      .map(([name, value]) => [name, String(value).slice(server.base.length)]),
  )
})
afterAll(() => server.close())

/** Every route of the product below /v1/ and /access/v1/, in the notation of the document. */
function routed(): string[] {
  return registered.mock.calls
    .map(([route, methods]) => ({ route: String(route), methods: methods ?? [] }))
    .filter(({ route }) => /^\/(?:access\/)?v1\//.test(route))
    .flatMap(({ route, methods }) =>
      methods.map(method => `${method.toUpperCase()} ${route.replace(/:(\w+)/g, '{$1}')}`),
    )
}

/**
 * The OAuth endpoints that partners post to: every one but the address that browsers are sent to, and the registration, which
 * applications find in the metadata and use as RFC 7591 says.
 */
const posted = () =>
  Object.entries(oauth)
    .filter(([name]) => name.endsWith('_endpoint'))
    .filter(([name]) => name !== 'authorization_endpoint' && name !== 'registration_endpoint')
    .map(([, address]) => `POST ${address}`)

describe('the OpenAPI document', () => {
  it('has an operation for every route, and a route for every operation', () => {
    expect(routed().length).toBeGreaterThan(0)
    expect([...new Set([...routed(), ...posted()])].sort()).toEqual([...documented].sort())
  })

  it('has every address below /v1/ that the source code spells, or the OAuth metadata has it', async () => {
    const known = [...documented.map(one => one.split(' ')[1]!), ...Object.values(oauth)]
    const files = (await readdir('src', { recursive: true })).filter(file => file.endsWith('.ts'))
    const strangers: string[] = []
    for (const file of files) {
      const text = await readFile(path.join('src', file), 'utf8')
      for (const [, address] of text.matchAll(/['"`}](\/v1\/[\w{}/:.-]*)/g)) {
        const isKnown = known.some(one => one.startsWith(address!))
        if (!isKnown) strangers.push(`${file}: ${address}`)
      }
    }
    expect(strangers).toEqual([])
  })
})

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

describe('every documented address', () => {
  const addresses = () =>
    Map.groupBy(
      documented.map(one => one.split(' ') as [string, string]),
      ([, route]) => route.replaceAll(/\{\w+\}/g, '00000000-0000-4000-8000-000000000000'),
    )

  it('refuses every other method with those that it has', async () => {
    for (const [address, operations] of addresses()) {
      const own = operations.flatMap(([method]) => (method === 'GET' ? ['HEAD', 'GET'] : [method]))
      const answers = address.startsWith('/v1/oauth/') ? [...own, 'OPTIONS'] : own
      for (const method of methods.filter(one => !answers.includes(one))) {
        const answer = await call(server.base, address, { method })
        expect([address, method, answer.status]).toEqual([address, method, 405])
        expect(String(answer.headers.allow).split(', ').sort()).toEqual([...answers].sort())
        expect(answer.headers['content-type']).toContain('application/json')
        if (method !== 'HEAD') expect(answer.json).toMatchObject({ object: 'error', status: 405 })
        expectForPrograms(answer)
      }
    }
  })

  it('answers HEAD as it answers GET, without the body', async () => {
    const sent = { headers: [['authorization', 'Bearer none']] as [string, string][] }
    for (const [address, operations] of addresses()) {
      if (!operations.some(([method]) => method === 'GET')) continue
      const get = await call(server.base, address, sent)
      const head = await call(server.base, address, { ...sent, method: 'HEAD' })
      expect([address, head.status, head.text]).toEqual([address, get.status, ''])
      expect(head.headers['content-length']).toBe(get.headers['content-length'])
    }
  })

  it('answers for programs alone, and no cache keeps it', async () => {
    for (const [address, operations] of addresses())
      for (const [method] of operations) expectForPrograms(await call(server.base, address, { method }))
    expectForPrograms(await call(server.base, '/v1/nowhere'))
  })
})

function expectForPrograms({ headers }: Answer): void {
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['x-content-type-options']).toBe('nosniff')
}
