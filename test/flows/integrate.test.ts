import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { Person } from '../support/person.ts'
import { findPythonClient } from '../support/programs.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
let world: World
let relay: SeededConnection
let folder: string
const run = promisify(execFile)

beforeAll(async () => {
  server = await startServer()
  world = await seedWorld(server.sql)
  relay = await seedConnection(server.sql, {
    workspace_id: world.workspaces.acme.id,
    created_by: world.users.ben.id,
    capabilities: ['read_content', 'update_content', 'insert_content', 'read_user_with_email'],
  })
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-snippets-'))
  await symlink(path.resolve('node_modules'), path.join(folder, 'node_modules'))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

async function signedIn(name: keyof World['users']): Promise<Person> {
  const person = new Person(server.base)
  await person.signIn(world.users[name].email)
  return person
}

/** The snippet that a developer copies from the page. */
async function snippet(id: string): Promise<string> {
  const ben = await signedIn('ben')
  await ben.open(`/developers/connections/${relay.id}/integrate`)
  return ben.visit.$(`#snippet-${id}`).text()
}

/** A member goes through the flow from this address; returns where the partner's callback is called. */
async function allow(address: string): Promise<string> {
  const cleo = new Person(server.base)
  await cleo.open(address)
  await cleo.signIn(world.users.cleo.email)
  await cleo.press('Select pages')
  await cleo.press('Allow access', { pages: [world.pages.roadmap.id] })
  return cleo.visit.url
}

/** The Python snippet as it was run against a server. A change of one must be run and repeated in the other. */
const pythonAsRun = (
  base: string,
  { id, redirectUri }: SeededConnection,
  proof: string,
) => `import base64, hashlib, os, secrets
from requests_oauthlib import OAuth2Session

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # http, on this machine only

verifier = secrets.token_urlsafe(48)
digest = hashlib.sha256(verifier.encode()).digest()
session = OAuth2Session("${id}", redirect_uri="${redirectUri}")
address, _ = session.authorization_url(
    "${base}/v1/oauth/authorize",
    code_challenge=base64.urlsafe_b64encode(digest).decode().rstrip("="),
    code_challenge_method="S256",
)
print(address, flush=True)
session.fetch_token(
    "${base}/v1/oauth/token",
    authorization_response=input(),
    code_verifier=verifier,
    ${proof},
)
print(session.post("${base}/v1/search", json={}).json())
`

describe('the snippets of "How to integrate" run as they stand', () => {
  let accessToken: string

  it('say what has to be there before: what to install, as what to save it, what to export', async () => {
    const ben = await signedIn('ben')
    await ben.open(`/developers/connections/${relay.id}/integrate`)
    const said = (id: string) => ben.visit.$(`#snippet-${id}`).closest('section').text()
    expect(said('curl')).toContain('export CLIENT_SECRET and CODE')
    for (const part of ['npm i openid-client@6', '.mjs', 'export CLIENT_SECRET'])
      expect(said('openid-client')).toContain(part)
    for (const part of ['npm i @notionhq/client@5', '.mjs', 'export ACCESS_TOKEN'])
      expect(said('notion-client')).toContain(part)
    for (const part of ['pip install requests-oauthlib', '.py', 'export CLIENT_SECRET'])
      expect(said('python')).toContain(part)
  })

  it('curl redeems the code', async () => {
    const callback = new URL(await allow(await snippet('authorize')))
    const env = { ...process.env, CODE: callback.searchParams.get('code')!, CLIENT_SECRET: relay.secret }
    const { stdout } = await run('bash', ['-c', await snippet('curl')], { env })
    const tokens = JSON.parse(stdout) as { access_token: string }
    expect(tokens).toMatchObject({ workspace_name: 'Acme', token_type: 'bearer' })
    accessToken = tokens.access_token
  })

  /** Runs a program that prints an address, and reads the one that somebody came back to. @returns all that it prints. */
  async function throughTheFlow(program: string, file: string, env: Record<string, string>): Promise<string> {
    const child = spawn(program, [file], { env: { ...process.env, ...env } })
    let printed = ''
    let faults = ''
    child.stderr.on('data', chunk => (faults += chunk))
    const ended = new Promise(resolve => child.once('close', resolve))
    const address = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', chunk => {
        printed += chunk
        if (printed.includes('\n')) resolve(printed.split('\n')[0]!)
      })
      child.once('close', () => reject(new Error(faults)))
    })
    child.stdin.end(`${await allow(address)}\n`)
    await ended
    expect(faults).toBe('')
    return printed
  }

  it('Node with openid-client goes through the whole flow', async () => {
    const file = path.join(folder, 'partner.mjs')
    await writeFile(file, await snippet('openid-client'))
    const printed = await throughTheFlow(process.execPath, file, { CLIENT_SECRET: relay.secret })
    expect(printed).toContain('"workspace":"Acme"')
  })

  // Where the library is (npm test brings it to Debian and Ubuntu) the snippet is run; everywhere it is the one that was run.
  const python = findPythonClient()
  const what = python
    ? 'goes through the whole flow'
    : 'is to the letter the one that goes through it elsewhere'
  it(`Python with requests-oauthlib ${what}`, async () => {
    const text = await snippet('python')
    expect(text).toBe(pythonAsRun(server.base, relay, 'client_secret=os.environ["CLIENT_SECRET"]'))
    if (!python) return
    const file = path.join(folder, 'partner.py')
    await writeFile(file, text)
    const printed = await throughTheFlow(python, file, { CLIENT_SECRET: relay.secret })
    expect(printed).toContain(world.pages.launch.id)
  })

  it(`Python with requests-oauthlib, of a public client, ${what}`, async () => {
    await server.sql(`update connections set client_type = 'public' where id = $1`, [relay.id])
    try {
      const text = await snippet('python')
      expect(text).toBe(pythonAsRun(server.base, relay, 'include_client_id=True'))
      if (!python) return
      const file = path.join(folder, 'public.py')
      await writeFile(file, text)
      expect(await throughTheFlow(python, file, {})).toContain(world.pages.launch.id)
    } finally {
      await server.sql(`update connections set client_type = 'confidential' where id = $1`, [relay.id])
    }
  })

  it('Node with @notionhq/client lists the pages', async () => {
    const file = path.join(folder, 'pages.mjs')
    await writeFile(file, await snippet('notion-client'))
    const env = { ...process.env, ACCESS_TOKEN: accessToken }
    const { stdout } = await run(process.execPath, [file], { env })
    expect(stdout.trim().split('\n')).toHaveLength(3)
    expect(stdout).toContain(world.pages.launch.id)
  })

  it('is shown to nobody else', async () => {
    for (const name of ['cleo', 'dora', 'gus'] as const) {
      const person = await signedIn(name)
      expect((await person.open(`/developers/connections/${relay.id}/integrate`)).status).toBe(404)
    }
  })
})

describe('the OpenAPI document', () => {
  type Document = {
    openapi: string
    components: { schemas: Record<string, object> }
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content: Record<string, { schema: object }> }> }>
    >
  }
  let document: Document
  let ajv: Ajv2020
  let token: string
  let tokens: Record<string, unknown>

  beforeAll(async () => {
    document = (await (await fetch(`${server.base}/openapi.json`)).json()) as Document
    ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema(closed(document), 'openapi')
    const address = new URL(await allow(await snippet('authorize')))
    const env = { ...process.env, CODE: address.searchParams.get('code')!, CLIENT_SECRET: relay.secret }
    const { stdout } = await run('bash', ['-c', await snippet('curl')], { env })
    tokens = JSON.parse(stdout) as Record<string, unknown>
    token = tokens.access_token as string
    expect(stdout).toContain('lka_')
  })

  /** The same document, refusing members that it does not name. */
  const closed = (whole: Document) =>
    JSON.parse(JSON.stringify(whole), (_, value) =>
      value?.type === 'object' && value.properties ? { ...value, additionalProperties: false } : value,
    ) as Document

  /** The schema of an answer. */
  function validator(route: string, method: string, status: '200' | 'default'): ValidateFunction {
    const at = `#/paths/${route.replaceAll('/', '~1')}/${method}/responses/${status}/content/application~1json/schema`
    return ajv.compile({ $ref: `openapi${at}` })
  }

  const client = () => `Basic ${Buffer.from(`${relay.id}:${relay.secret}`).toString('base64')}`
  const send = (method: string, address: string, authorization: string, body?: object) =>
    fetch(`${server.base}${address}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })

  it.each<[string, string, string, 'token' | 'client', (() => object) | null]>([
    ['get', '/v1/users/me', '/v1/users/me', 'token', null],
    ['get', '/v1/users', '/v1/users?page_size=1', 'token', null],
    ['get', '/v1/users/{user_id}', '/v1/users/ADA', 'token', null],
    ['post', '/v1/search', '/v1/search', 'token', () => ({ page_size: 2 })],
    ['get', '/v1/pages/{page_id}', '/v1/pages/PAGE', 'token', null],
    [
      'patch',
      '/v1/pages/{page_id}',
      '/v1/pages/PAGE',
      'token',
      () => ({ icon: { type: 'emoji', emoji: '🚀' } }),
    ],
    ['post', '/v1/pages', '/v1/pages', 'token', () => newPage()],
    ['get', '/v1/blocks/{block_id}/children', '/v1/blocks/PAGE/children', 'token', null],
    ['post', '/v1/oauth/introspect', '/v1/oauth/introspect', 'client', () => ({ token })],
    ['post', '/v1/oauth/introspect', '/v1/oauth/introspect', 'client', () => ({ token: 'lka_unknown' })],
    ['post', '/v1/access-checks', '/v1/access-checks', 'client', () => accessCheck()],
  ])('describes what %s %s answers', async (method, route, address, by, body) => {
    const target = address.replace('PAGE', world.pages.roadmap.id).replace('ADA', world.users.ada.id)
    const answer = await send(
      method.toUpperCase(),
      target,
      by === 'token' ? `Bearer ${token}` : client(),
      body?.(),
    )
    const json = await answer.json()
    expect([answer.status, json]).toEqual([200, json])
    const validate = validator(route, method, '200')
    expect(validate(json) ? [] : validate.errors).toEqual([])
  })

  it('knows every member that the token endpoint answers with', async () => {
    const validate = ajv.compile({ $ref: 'openapi#/components/schemas/Tokens' })
    expect(validate(tokens) ? [] : validate.errors).toEqual([])
  })

  it('names each member of each shape, its type and one sentence, and the page of the hub shows them', async () => {
    const ben = await signedIn('ben')
    await ben.open('/developers/reference')
    const { $ } = ben.visit
    for (const name of Object.keys(document.components.schemas)) {
      const rows = $(`#shape-${name} tbody tr`).toArray()
      expect([name, rows.length > 0]).toEqual([name, true])
      for (const row of rows) {
        const cells = $(row)
          .find('th, td')
          .toArray()
          .map(cell => $(cell).text().trim())
        expect([name, ...cells.filter(cell => cell === '')]).toEqual([name])
        expect(cells[3]).toMatch(/^[A-Z].*\.$/)
      }
    }
    for (const link of $('main a[href^="#shape-"]').toArray()) expect($($(link).attr('href')!).length).toBe(1)
    const members = (name: string) =>
      $(`#shape-${name} tbody td:first-child`)
        .toArray()
        .map(cell => $(cell).text().trim())
    expect(members('Tokens').sort()).toEqual(Object.keys(tokens).sort())
    expect(members('Page')).toContain('properties.title.title')
  })
  const accessCheck = () => ({ token, capability: 'read_content', page_ids: [world.pages.roadmap.id] })
  const newPage = () => ({
    parent: { page_id: world.pages.roadmap.id },
    properties: { title: [{ text: { content: 'Made by a partner' } }] },
  })

  it('describes refusals', async () => {
    const refusals: [string, string, Response][] = [
      [
        'get',
        '/v1/pages/{page_id}',
        await send('GET', `/v1/pages/${world.pages.handbook.id}`, `Bearer ${token}`),
      ],
      ['get', '/v1/users/me', await send('GET', '/v1/users/me', 'Bearer lka_dead')],
      ['post', '/v1/search', await send('POST', '/v1/search', `Bearer ${token}`, { page_size: 0 })],
      ['post', '/v1/access-checks', await send('POST', '/v1/access-checks', client(), {})],
      [
        'post',
        '/v1/oauth/token',
        await send('POST', '/v1/oauth/token', client(), { grant_type: 'password' }),
      ],
    ]
    for (const [method, route, answer] of refusals) {
      expect(answer.status).toBeGreaterThanOrEqual(400)
      const validate = validator(route, method, 'default')
      expect(validate(await answer.json()) ? [] : validate.errors).toEqual([])
    }
  })

  it('does not take for right what is wrong', async () => {
    const validate = validator('/v1/pages/{page_id}', 'get', '200')
    const page = await (await send('GET', `/v1/pages/${world.pages.roadmap.id}`, `Bearer ${token}`)).json()
    expect(validate(page)).toBe(true)
    const { parent: _parent, ...less } = page as Record<string, unknown>
    expect(validate(less)).toBe(false)
    expect(validate({ ...(page as object), created_time: null })).toBe(false)
  })

  it('has every call, and the page of the hub shows the same ones', async () => {
    const calls = Object.entries(document.paths).flatMap(([route, methods]) =>
      Object.keys(methods).map(method => `${method.toUpperCase()} ${route}`),
    )
    const ben = await signedIn('ben')
    await ben.open('/developers/reference')
    for (const call of calls) expect(ben.text()).toContain(call)
  })
})
