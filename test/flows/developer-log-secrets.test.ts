import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { openClone } from '../support/database.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'

/** A server in a process of its own, at the most verbose log level: all of its output is read here. */
async function talkativeServer(url: string) {
  const [port, folder] = [await freePort(), await mkdtemp(path.join(tmpdir(), 'latchkey-talkative-'))]
  const child = spawn(process.execPath, ['src/cli.ts', 'start'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: `${port}`,
      DATABASE_URL: url,
      DATA_DIR: folder,
      LOG_LEVEL: 'trace',
    },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  const ended = new Promise(resolve => child.once('close', resolve))
  const base = `http://localhost:${port}`
  for (let wait = 0; wait < 100 && !(await fetch(`${base}/readyz`).catch(() => null))?.ok; wait++)
    await new Promise(resolve => setTimeout(resolve, 100))
  return {
    base,
    /** Stops it. @returns all that it has said. */
    async stop(): Promise<string> {
      child.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
      return said
    },
  }
}

let database: Awaited<ReturnType<typeof openClone>>
let source: DataSource
let world: World
let relay: SeededConnection
let server: Awaited<ReturnType<typeof talkativeServer>>

beforeAll(async () => {
  database = await openClone()
  source = database.source
  const sql = (text: string, values?: unknown[]) => source.query(text, values)
  world = await seedWorld(sql)
  relay = await seedConnection(sql, {
    workspace_id: world.workspaces.side.id,
    created_by: world.users.ada.id,
  })
  server = await talkativeServer(database.url)
})
afterAll(() => database.drop())

describe('after flows that go well and flows that fail in every way', () => {
  it('no secret, no page title and nothing of a person stands in the server’s output or the developer’s log', async () => {
    const { base } = server
    const secrets: Record<string, string> = { secret: relay.secret, title: 'Handbook' }
    const partner = await Partner.discover(base, relay)
    const allow = async () => {
      const ben = new Person(base)
      await ben.open(await partner.authorizeUrl())
      await ben.signIn(world.users.ben.email)
      await ben.press('Select pages')
      await ben.press('Allow access', { pages: [world.pages.handbook.id] })
      return ben.visit.url
    }
    const post = (route: string, body: Record<string, string>, secret = relay.secret) =>
      fetch(`${base}${route}`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${relay.id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams(body),
      })
    const fails = async (body: Record<string, string>, secret?: string) => {
      const answer = await post('/v1/oauth/token', body, secret)
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }

    const callback = await allow()
    secrets.code = new URL(callback).searchParams.get('code')!
    secrets.verifier = `verifier-${'v'.repeat(40)}`
    secrets.wrongSecret = 'lks_thewrongsecretthatwassent'
    const redeem = { grant_type: 'authorization_code', code: secrets.code, redirect_uri: relay.redirectUri }
    await fails(redeem, secrets.wrongSecret)
    await fails({ ...redeem, code_verifier: secrets.verifier })
    await fails({ ...redeem, redirect_uri: 'https://relay.test/other' })
    const first = await partner.redeem(callback)
    await fails(redeem)
    const second = await partner.refresh(first.refresh_token!)
    const third = await partner.refresh(second.refresh_token!)
    for (const [name, tokens] of Object.entries({ first, second, third })) {
      secrets[`${name} access`] = tokens.access_token
      secrets[`${name} refresh`] = tokens.refresh_token!
    }
    await fails({ grant_type: 'authorization_code', code: first.access_token })
    await fails({ grant_type: 'refresh_token', refresh_token: first.access_token })
    await fails({ grant_type: 'refresh_token', refresh_token: first.refresh_token!, scope: 'everything' })
    await fails({ grant_type: 'refresh_token', refresh_token: first.refresh_token! })
    await post('/v1/oauth/introspect', { token: third.access_token })
    await post('/v1/oauth/revoke', { token: third.access_token }, secrets.wrongSecret)
    await post('/v1/oauth/revoke', { token: third.access_token })
    for (const token of [first.access_token, third.access_token])
      await fetch(`${base}/v1/pages/${world.pages.handbook.id}?token=${token}`, {
        headers: { authorization: `Bearer ${token}` },
      })
    secrets.state = 'state-of-the-partner'
    const query = { response_type: 'code', client_id: relay.id, state: secrets.state }
    const stranger = new Person(base)
    const wrongs: Record<string, string>[] = [
      { redirect_uri: 'https://relay.test/callback/' },
      { scope: 'everything' },
    ]
    for (const wrong of wrongs)
      await stranger.open(
        `/v1/oauth/authorize?${new URLSearchParams({ redirect_uri: relay.redirectUri, ...query, ...wrong })}`,
      )
    await stranger.open(`/sign-in?code=${secrets.code}`)
    await stranger.signIn(world.users.ben.email, 'a password that is wrong')
    secrets.password = 'a password that is wrong'

    const said = await server.stop() // writes the pending steps
    const tables = await Promise.all(
      ['flow_attempts', 'flow_steps'].map(table => source.query(`select * from ${table}`)),
    )
    expect(tables[0].length).toBeGreaterThan(4)
    const failures = tables[1].filter((step: { failure: object | null }) => step.failure)
    expect(failures.length).toBeGreaterThanOrEqual(10)
    expect(said).toContain('/v1/oauth/token') // it did talk
    secrets.email = world.users.ben.email
    for (const [place, text] of Object.entries({ output: said, log: JSON.stringify(tables) }))
      for (const [name, secret] of Object.entries(secrets))
        expect([place, name, text.includes(secret)]).toEqual([place, name, false])
  })
})
