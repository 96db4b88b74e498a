import * as oauth from 'openid-client'
import type { SeededConnection } from './seed.ts'

/** A partner platform, on the openid-client library. */
export class Partner {
  readonly connection: SeededConnection
  readonly config: oauth.Configuration
  /** Of the flow that was begun last. */
  verifier = ''
  private state = ''

  private constructor(connection: SeededConnection, config: oauth.Configuration) {
    this.connection = connection
    this.config = config
  }

  /** Reads the server's metadata, as a partner's own server does. */
  static async discover(base: string, connection: SeededConnection): Promise<Partner> {
    const config = await oauth.discovery(new URL(base), connection.id, connection.secret, undefined, {
      execute: [oauth.allowInsecureRequests],
      algorithm: 'oauth2',
    })
    return new Partner(connection, config)
  }

  /** Where the partner sends its user; remembers state and verifier. */
  async authorizeUrl(extra: Record<string, string> = {}): Promise<string> {
    this.verifier = oauth.randomPKCECodeVerifier()
    this.state = oauth.randomState()
    return oauth.buildAuthorizationUrl(this.config, {
      redirect_uri: this.connection.redirectUri,
      state: this.state,
      code_challenge: await oauth.calculatePKCECodeChallenge(this.verifier),
      code_challenge_method: 'S256',
      ...extra,
    }).href
  }

  /** Takes up the address that the user was sent back to. @throws the library's error for `error=…` and refusals. */
  redeem(callback: string): Promise<oauth.TokenEndpointResponse & Record<string, unknown>> {
    return oauth.authorizationCodeGrant(this.config, new URL(callback), {
      expectedState: this.state,
      pkceCodeVerifier: this.verifier,
    }) as Promise<oauth.TokenEndpointResponse & Record<string, unknown>>
  }

  refresh(refreshToken: string): Promise<oauth.TokenEndpointResponse & Record<string, unknown>> {
    return oauth.refreshTokenGrant(this.config, refreshToken) as Promise<
      oauth.TokenEndpointResponse & Record<string, unknown>
    >
  }

  introspect(token: string): Promise<oauth.IntrospectionResponse> {
    return oauth.tokenIntrospection(this.config, token)
  }

  async revoke(token: string): Promise<void> {
    await oauth.tokenRevocation(this.config, token)
  }
}

/** Titles of all pages that the token reaches, sorted, by the partner API's search. */
export async function reachedTitles(base: string, accessToken: string): Promise<string[]> {
  const answer = await fetch(`${base}/v1/search`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    body: '{}',
  })
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
  const { results } = (await answer.json()) as {
    results: { properties: { title: { title: { plain_text: string }[] } } }[]
  }
  return results.map(one => one.properties.title.title.map(part => part.plain_text).join('')).sort()
}
