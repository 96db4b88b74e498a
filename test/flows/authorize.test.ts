import { describe, expect, it } from '@jest/globals'
import { ben, Flow, pkce } from '../support/oauth.ts'
import { openProviderWorld } from '../support/open-world.ts'
import { seedConnection } from '../support/seed.ts'

const { server, world } = await openProviderWorld()
const relay = await seedConnection(server.sql)

describe('the redirect', () => {
  it('may be left out where one is registered, and then at the exchange too', async () => {
    const flow = new Flow(server.base, relay)
    const fields = (url: URL) => ({ grant_type: 'authorization_code', code: url.searchParams.get('code')! })
    const without = { redirect_uri: undefined }
    const left = await flow.allow(ben(world, world.pages.roadmap), without)
    expect(left.origin + left.pathname).toBe(relay.redirectUri)
    expect((await flow.token(fields(left))).status).toBe(200)
    const sent = await flow.allow(ben(world, world.pages.roadmap), without)
    expect((await flow.redeem(sent)).status).toBe(200)
    const other = await flow.allow(ben(world, world.pages.roadmap))
    const wrong = { ...fields(other), redirect_uri: 'https://relay.test/elsewhere' }
    expect(await flow.token(wrong)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } })
  })

  it('carries state back unchanged, up to 4 KiB and more, and says who answers', async () => {
    const flow = new Flow(server.base, relay)
    const state = 'ä&=/? '.repeat(100) + 'x'.repeat(3_600)
    const callback = await flow.allow(ben(world, world.pages.roadmap), { state })
    expect(callback.searchParams.get('state')).toBe(state)
    expect(callback.searchParams.get('iss')).toBe(server.base)
    const none = await flow.allow(ben(world, world.pages.roadmap), { state: undefined })
    expect(none.searchParams.has('state')).toBe(false)
  })

  it('leaves iss out where the connection is registered so', async () => {
    const old = await seedConnection(server.sql, { leave_out_iss: true })
    const flow = new Flow(server.base, old)
    expect((await flow.allow(ben(world, world.pages.roadmap))).searchParams.has('iss')).toBe(false)
    const cancelled = await flow.cancel(await flow.begin())
    expect(cancelled.searchParams.get('error')).toBe('access_denied')
    expect(cancelled.searchParams.has('iss')).toBe(false)
  })

  it('brings access_denied when the member cancels, and the flow is over', async () => {
    const flow = new Flow(server.base, relay)
    const install = await flow.begin()
    const callback = await flow.cancel(install)
    expect(Object.fromEntries(callback.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 's',
      iss: server.base,
    })
    expect((await flow.browser.get(install)).status).toBe(400)
  })

  it('tells the screens what is asked', async () => {
    const flow = new Flow(server.base, relay)
    const install = await flow.begin({
      scope: 'read_content',
      workspace_id: world.workspaces.acme.id.replaceAll('-', ''),
      login_hint: 'ben@acme.test',
      prompt: 'login',
      nonce: 'ignored',
      max_age: '0',
      resource: server.base,
    })
    expect(await (await flow.browser.get(install)).json()).toMatchObject({
      uid: install.split('/').at(-1),
      connectionId: relay.id,
      capabilities: ['read_content'],
      workspaceHint: world.workspaces.acme.id,
      loginHint: 'ben@acme.test',
      mustSignIn: true,
      redirectUri: relay.redirectUri,
      state: 's',
      expiresAt: expect.any(String),
    })
    const plain = await (await flow.browser.get(await flow.begin())).json()
    expect(plain).toMatchObject({
      capabilities: ['read_content', 'update_content', 'read_user_without_email'],
      mustSignIn: false,
      workspaceHint: null,
    })
  })

  it('with prompt=none asks nobody, and says what would have been asked', async () => {
    const flow = new Flow(server.base, relay)
    const signedOut = new URL(await flow.begin({ prompt: 'none' }))
    expect(signedOut.searchParams.get('error')).toBe('login_required')
    const response = await fetch(flow.authorizeUrl({ prompt: 'none' }), {
      redirect: 'manual',
      headers: { cookie: 'signed-in=yes' },
    })
    const signedIn = new URL(response.headers.get('location')!)
    expect(signedIn.searchParams.get('error')).toBe('consent_required')
  })

  it('brings one code for two answers to the same request, whichever of them goes on', async () => {
    for (let round = 0; round < 15; round++) {
      const flow = new Flow(server.base, relay)
      const install = await flow.begin()
      const answer = async (wait: number) => {
        await new Promise(resolve => setTimeout(resolve, wait))
        return flow.finish(install, ben(world, world.pages.roadmap))
      }
      const results = await Promise.allSettled([answer(0), answer(round)])
      const led = results.flatMap(one => (one.status === 'fulfilled' ? [String(one.value)] : []))
      expect(new Set(led).size).toBe(1)
    }
  })

  it('takes a public application to any port of its own machine, or to its own scheme', async () => {
    const app = await seedConnection(server.sql, {
      client_type: 'public',
      redirect_uris: ['http://127.0.0.1/callback', 'com.example.app:/callback'],
    })
    const flow = new Flow(server.base, app)
    for (const redirect_uri of ['http://127.0.0.1:51234/callback', 'com.example.app:/callback']) {
      const { verifier, challenge } = pkce()
      const callback = await flow.allow(ben(world, world.pages.roadmap), {
        redirect_uri,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      })
      expect(callback.href.startsWith(redirect_uri)).toBe(true)
      const answer = await fetch(`${server.base}/v1/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: app.id,
          code: callback.searchParams.get('code')!,
          redirect_uri,
          code_verifier: verifier,
        }),
      })
      expect(answer.status).toBe(200)
    }
  })
})
