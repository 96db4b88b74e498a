import { createHash, randomBytes } from 'node:crypto'
import { expect } from '@jest/globals'
import { type Answer, basic, post } from './post.ts'
import type { SeededConnection, World } from './seed.ts'

export { type Answer, basic, post }

export type Consenting = {
  userId: string
  workspaceId: string
  pages: { id: string }[]
  capabilities?: string[]
}

export function pkce() {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

/** A browser that does not follow redirects by itself, with its cookies. */
export class Browser {
  private readonly jar: { name: string; value: string; path: string }[] = []

  async get(url: string): Promise<Response> {
    const { pathname } = new URL(url)
    const cookies = this.jar.filter(one => pathname.startsWith(one.path))
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookies.map(one => `${one.name}=${one.value}`).join('; '), accept: 'text/html' },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? '/'
      const old = this.jar.findIndex(one => one.name === name && one.path === path)
      if (old >= 0) this.jar.splice(old, 1)
      if (value !== '') this.jar.push({ name: name!, value: value!, path })
    }
    return response
  }
}

/** Chooses the server of each step, as a balancer does. */
type Host = () => Promise<string>

async function at(host: Host, url: string): Promise<string> {
  const { pathname, search } = new URL(url)
  return (await host()) + pathname + search
}

/** A partner with a member at hand who allows every request. */
export class Flow {
  readonly base: string
  readonly connection: SeededConnection
  readonly browser = new Browser()

  private readonly ownHost: Host = async () => this.base

  constructor(base: string, connection: SeededConnection) {
    this.base = base
    this.connection = connection
  }

  authorizeUrl(extra: Record<string, string | undefined> = {}): string {
    const url = new URL('/v1/oauth/authorize', this.base)
    const query = {
      client_id: this.connection.id,
      redirect_uri: this.connection.redirectUri,
      response_type: 'code',
      owner: 'user',
      state: 's',
      ...extra,
    }
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value)
    return url.href
  }

  /** Where the partner's redirect leads: the flow's address, or the partner's callback with an error. */
  async begin(extra: Record<string, string | undefined> = {}, host: Host = this.ownHost): Promise<string> {
    const response = await this.browser.get(await at(host, this.authorizeUrl(extra)))
    if (response.status !== 303) throw new Error(`authorize answered ${response.status}`)
    return new URL(response.headers.get('location')!, this.base).href
  }

  /** Allows, and returns the callback that the partner's server receives. */
  async allow(
    consenting: Consenting,
    extra: Record<string, string | undefined> = {},
    host: Host = this.ownHost,
  ): Promise<URL> {
    return this.finish(await this.begin(extra, host), consenting, host)
  }

  async finish(
    install: string,
    { pages, capabilities, ...who }: Consenting,
    host: Host = this.ownHost,
  ): Promise<URL> {
    const seen = await this.browser.get(await at(host, install))
    const waiting = (await seen.json()) as { capabilities: string[] }
    const consent = {
      ...who,
      connectionId: this.connection.id,
      capabilities: capabilities ?? waiting.capabilities,
      pages: pages.map(page => page.id),
    }
    return this.follow(`${install}/allow?consent=${encodeURIComponent(JSON.stringify(consent))}`, host)
  }

  cancel(install: string): Promise<URL> {
    return this.follow(`${install}/cancel`)
  }

  private async follow(url: string, host: Host = this.ownHost): Promise<URL> {
    const resumed = await this.browser.get(await at(host, url))
    const back = await this.browser.get(await at(host, resumed.headers.get('location')!))
    if (back.status !== 303) throw new Error(`resuming answered ${back.status}: ${await back.text()}`)
    return new URL(back.headers.get('location')!)
  }

  token(fields: Record<string, string>, base = this.base): Promise<Answer> {
    return post(`${base}/v1/oauth/token`, fields, basic(this.connection.id, this.connection.secret))
  }

  redeem(callback: URL, more: Record<string, string> = {}, base = this.base): Promise<Answer> {
    return this.token(
      {
        grant_type: 'authorization_code',
        code: callback.searchParams.get('code')!,
        redirect_uri: this.connection.redirectUri,
        ...more,
      },
      base,
    )
  }

  refresh(token: unknown, more: Record<string, string> = {}, base = this.base): Promise<Answer> {
    return this.token({ grant_type: 'refresh_token', refresh_token: String(token), ...more }, base)
  }

  introspect(token: unknown): Promise<Answer> {
    return post(
      `${this.base}/v1/oauth/introspect`,
      { token: String(token) },
      basic(this.connection.id, this.connection.secret),
    )
  }

  revoke(token: unknown): Promise<Answer> {
    return post(
      `${this.base}/v1/oauth/revoke`,
      { token: String(token) },
      basic(this.connection.id, this.connection.secret),
    )
  }
}

/** Ben of Acme, who ticks these pages. */
export function ben(world: World, ...pages: { id: string }[]): Consenting {
  return { userId: world.users.ben.id, workspaceId: world.workspaces.acme.id, pages }
}

/** A refusal in both dialects. */
export const refusal = (status: number, error: string) => ({
  status,
  json: { error, object: 'error', status, code: error, request_id: expect.any(String) },
})
