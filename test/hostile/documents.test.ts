import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { signedIn } from '../support/allowed.ts'
import { type Documents, openDocuments } from '../support/documents.ts'
import { Person } from '../support/person.ts'
import { seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let documents: Documents
let ben: Person

const good = (request: IncomingMessage) => ({
  client_id: `https://${request.headers.host}${request.url}`,
  client_name: 'Desk',
  redirect_uris: ['http://localhost/callback'],
})
const send = (response: ServerResponse, body: unknown, type = 'application/json') => {
  response.setHeader('content-type', type)
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

const answers: Record<string, (request: IncomingMessage, response: ServerResponse) => void> = {
  '/good': (request, response) => send(response, good(request)),
  '/both-methods': (request, response) =>
    send(response, {
      ...good(request),
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'none'],
    }),
  '/no-grants': (request, response) => send(response, { ...good(request), grant_types: undefined }),
  '/slow': () => {},
  '/trickle': (_request, response) => {
    response.setHeader('content-type', 'application/json')
    const timer = setInterval(() => response.write(' '), 100)
    response.on('close', () => clearInterval(timer))
  },
  '/huge': (request, response) => send(response, { ...good(request), more: 'x'.repeat(6_000) }),
  '/away': (_request, response) => response.writeHead(302, { location: '/good' }).end(),
  '/broken': (_request, response) => response.writeHead(500).end(),
  '/cut': (_request, response) => response.destroy(),
  '/html': (request, response) => send(response, JSON.stringify(good(request)), 'text/html'),
  '/text': (_request, response) => send(response, '{'),
  '/null': (_request, response) => send(response, 'null'),
  '/another': (request, response) =>
    send(response, { ...good(request), client_id: `${documents.base}/good` }),
  '/nameless': (request, response) => send(response, { ...good(request), client_name: undefined }),
  '/nowhere': (request, response) => send(response, { ...good(request), redirect_uris: [] }),
  '/plain-http': (request, response) =>
    send(response, { ...good(request), redirect_uris: ['http://evil.test/'] }),
  '/secret': (request, response) =>
    send(response, { ...good(request), token_endpoint_auth_method: 'client_secret_post' }),
}

beforeAll(async () => {
  documents = await openDocuments((request, response) =>
    answers[request.url!.split('?')[0]!]!(request, response),
  )
  server = await startServer({ OUTBOUND_HOSTS: 'localhost' })
  world = await seedWorld(server.sql)
  ben = await signedIn(server, world.users.ben)
})
beforeEach(() => {
  documents.asked.length = 0
})
afterAll(() => Promise.all([documents.close(), server.close()]))

const authorize = (clientId: string) =>
  `/v1/oauth/authorize?${new URLSearchParams({
    client_id: clientId,
    redirect_uri: 'http://localhost:4321/callback',
    response_type: 'code',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    scope: 'read_content',
  })}`

describe('a document', () => {
  it.each(['/good', '/both-methods', '/no-grants'])('%s lets its application in', async path => {
    await ben.open(authorize(documents.base + path))
    expect(ben.text()).toContain('Desk wants to connect to Acme')
    expect(ben.text()).toContain(`Published by ${new URL(documents.base).host}`)
  })

  it.each([
    ['/slow', 'did not answer within 2.5 seconds'],
    ['/trickle', 'did not answer within 2.5 seconds'],
    ['/huge', 'more than 5120 bytes'],
    ['/away', 'status 302'],
    ['/broken', 'status 500'],
    ['/cut', 'cannot be reached'],
    ['/html', 'no JSON document'],
    ['/text', 'no valid JSON'],
    ['/null', 'another client_id'],
    ['/another', 'another client_id'],
    ['/nameless', 'no client_name'],
    ['/nowhere', 'redirect_uris'],
    ['/plain-http', 'http://evil.test/'],
    ['/secret', 'a shared secret'],
  ])('%s is refused with a sentence, and asked for once', async (path, words) => {
    for (const _ of [1, 2]) {
      const { status } = await ben.open(authorize(documents.base + path))
      expect(status).toBe(400)
      expect(ben.text()).toContain(words)
    }
    expect(documents.asked).toEqual([path])
  })

  it('is asked for once by many at the same time', async () => {
    await Promise.all(Array.from({ length: 8 }, () => ben.send(authorize(`${documents.base}/cut?together`))))
    expect(documents.asked.length).toBeLessThanOrEqual(1)
  })

  it('is not asked for before anyone is signed in', async () => {
    const stranger = new Person(server.base)
    const { url } = await stranger.open(authorize(`${documents.base}/good?unseen`))
    expect(new URL(url).pathname).toBe('/sign-in')
    expect(documents.asked).toEqual([])
  })
})

describe('an address that is none of a document', () => {
  it.each([
    'http://localhost/desk.json',
    'https://localhost',
    'https://localhost/',
    'https://user@localhost/desk.json',
    'https://localhost/desk.json#part',
    'https://localhost/a/../desk.json',
    'https://127.0.0.1/desk.json',
    'https://2130706433/desk.json',
    'https://[::1]/desk.json',
    `https://localhost/${'x'.repeat(2_000)}`,
  ])('%s is an unknown application', async address => {
    expect((await ben.open(authorize(address))).status).toBe(400)
    expect(ben.text()).toContain('This application is not known here')
  })
})

describe('the network of the operator', () => {
  it('is not reached by a name that leads into it', async () => {
    const guarded = await startServer()
    try {
      const there = await seedWorld(guarded.sql)
      const person = await signedIn(guarded, there.users.ben)
      await person.open(authorize(`${documents.base}/good`))
      expect(person.text()).toContain('cannot be reached')
      expect(documents.asked).toEqual([])
    } finally {
      await guarded.close()
    }
  })
})

describe('many addresses of one host', () => {
  it('are asked for thirty times a minute, and then refused with a sentence', async () => {
    for (let nr = 0; nr < 31; nr++) await ben.open(authorize(`${documents.base}/broken?nr=${nr}`))
    expect(ben.text()).toContain('was asked for too often')
    expect(documents.asked.length).toBeLessThanOrEqual(30)
  })
})
