import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { CookieJar } from 'tough-cookie'

/** The host's own OpenID provider at this port, whose one client is the product at this address. */
export async function startHostIssuer(port: number, product: string) {
  const issuer = `http://localhost:${port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const child = fork(path.resolve('test/support/host-issuer-process.ts'), [
    JSON.stringify({ port, product, key }),
  ])
  await once(child, 'message')
  async function tell(order: string, value: unknown = null): Promise<void> {
    const done = once(child, 'message')
    child.send([order, value])
    await done
  }
  await tell('listen')

  const jar = new CookieJar()
  async function visit(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers)
    headers.set('cookie', await jar.getCookieString(url))
    const got = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const one of got.headers.getSetCookie()) await jar.setCookie(one, url, { ignoreError: true })
    return got
  }

  return {
    issuer,
    /** Everybody who comes is signed in as this account from now on. */
    async become(account: string, claims: Record<string, unknown> = {}): Promise<void> {
      await jar.removeAllCookies()
      await tell('claims', claims)
      await tell('account', account)
    },
    listen: () => tell('listen'),
    stop: () => tell('stop'),
    end: () => child.disconnect(),
    /** Follows the browser's way at the issuer; returns the address that it is sent back to. */
    async signIn(address: string): Promise<string> {
      let next = address
      for (let hop = 0; hop < 10 && next.startsWith(issuer); hop++) {
        const got = await visit(next)
        const to = got.headers.get('location')
        if (!to) throw new Error(`${got.status} at ${next}: ${await got.text()}`)
        next = new URL(to, next).href
      }
      return next
    },
    /** Signs out at the issuer, which tells its clients. */
    async signOut(): Promise<void> {
      const page = await (await visit(`${issuer}/session/end?client_id=latchkey`)).text()
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(page)![1]!
      await visit(`${issuer}/session/end/confirm`, {
        method: 'POST',
        body: new URLSearchParams({ xsrf, logout: 'yes' }),
      })
    },
    /** A token with the issuer's signature and any claims. */
    sign: (claims: Record<string, unknown>, by = privateKey) =>
      new SignJWT({ iss: issuer, aud: 'latchkey', iat: Math.floor(Date.now() / 1000), jti: 'j', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'one', typ: 'logout+jwt' })
        .sign(by),
  }
}
