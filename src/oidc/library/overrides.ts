/** Every reach into the library's insides, in one place: what its configuration does not offer. */
import Provider from 'oidc-provider'
import { newTokenValue } from '../../installs/token-value.ts'
import type { Clients } from '../clients/clients.ts'
import { exchangeOf } from './exchange.ts'

type Model = { prototype: { generateTokenId(): string } }

/** @param trialUri the playground's redirect URI: allowed in its own flows alone, whatever is registered. */
export function adjust(provider: Provider, clients: Clients, trialUri: string): void {
  // Values that secret scanners find. The successor of a refresh token is determined by it, so that a retry finds the same.
  const generate = (model: unknown, make: () => string) => {
    ;(model as Model).prototype.generateTokenId = make
  }
  const opaque = (model: unknown, prefix: 'lka_' | 'lkc_') =>
    generate(model, function (this: { format?: string }) {
      this.format = 'opaque'
      return newTokenValue(prefix)
    } as () => string)
  opaque(provider.AccessToken, 'lka_')
  opaque(provider.AuthorizationCode, 'lkc_')
  generate(provider.RefreshToken, () => {
    const source = exchangeOf(Provider.ctx)?.source
    return (source?.kind === 'refresh' && source.successor) || newTokenValue('lkr_')
  })

  // The library parses and hashes a client's metadata on each look-up; ours stay built until their row changes.
  const Client = provider.Client as unknown as {
    find(id: string): Promise<unknown>
    prototype: { redirectUriAllowed(uri: string): boolean }
  }
  Client.find = async id => (await clients.find(id))?.client

  const isRegistered = Client.prototype.redirectUriAllowed
  Client.prototype.redirectUriAllowed = function (uri) {
    return uri === trialUri ? Provider.ctx?.state.isTrial === true : isRegistered.call(this, uri)
  }

  // What went wrong is told by events only.
  for (const event of ['authorization.error', 'server_error'] as const)
    provider.on(event as 'server_error', (ctx, error) => {
      ctx.state.providerFault = error
    })

  // Who is signed in is the screens' to know. The library's own session is born and dies with each request: what the member
  // decided comes with the interaction, and nothing of one flow is found by the next.
  const Session = provider.Session as unknown as { new (): object; get(ctx: unknown): Promise<object> }
  Session.get = async ctx => {
    const session = Object.assign(new Session(), { destroyed: true })
    ;(ctx as { oidc: { entity(name: string, value: unknown): void } }).oidc.entity('Session', session)
    return session
  }
}
