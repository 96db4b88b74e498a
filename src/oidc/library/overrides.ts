/**
 * Changes to the library's own classes, for behaviour that its configuration has no setting for. Other uses of its inner modules:
 * `grants.ts` calls its grant handlers, `clients.ts` constructs its clients, `endpoints/authorize.ts` replaces its cookies.
 */
import Provider from 'oidc-provider'
import { newTokenValue } from '../../installs/token-value.ts'
import type { Clients } from '../clients/clients.ts'
import type { AuthorizationCodeOf } from '../endpoints/authorization-code.ts'
import { exchangeOf } from './exchange.ts'

type Model = { prototype: { generateTokenId(): string } }
type Made = { grantId?: string; format?: string }

type Overrides = {
  clients: Clients
  /** The playground's redirect URI: allowed in flows of the playground, and only there. */
  trialUri: string
  /** Where the flows of devices end: allowed there, and only there. */
  deviceUri: string
  codeOf: AuthorizationCodeOf
  /** The keys that sign cookies, in their current order. */
  cookieKeys(): string[]
}

export function overrideLibrary(
  provider: Provider,
  { clients, trialUri, deviceUri, codeOf, cookieKeys }: Overrides,
): void {
  // Koa reads its keys with each request; their order changes when the secret keys are rotated.
  Object.defineProperty(provider, 'keys', { get: cookieKeys })

  // Token values with a prefix, for secret scanners. They are derived from the authorization, the code or the refresh token that
  // brings them, so that a retry returns the same values.
  const generate = (model: unknown, make: () => string) => {
    ;(model as Model).prototype.generateTokenId = make
  }
  const opaque = (model: unknown, value: (made: Made) => string) =>
    generate(model, function (this: Made) {
      this.format = 'opaque'
      return value(this)
    } as () => string)
  const source = () => exchangeOf(Provider.ctx)?.source ?? { kind: 'none' as const }
  opaque(provider.AuthorizationCode, ({ grantId }) =>
    codeOf(grantId!, (Provider.ctx?.state.issuedCode as Buffer | undefined) ?? null),
  )
  opaque(provider.AccessToken, () => {
    const from = source()
    return (from.kind === 'code' && from.tokens?.access) || newTokenValue('lka_')
  })
  generate(provider.RefreshToken, () => {
    const from = source()
    if (from.kind === 'code' && from.tokens) return from.tokens.refresh
    return (from.kind === 'refresh' && from.next) || newTokenValue('lkr_')
  })

  // The library parses and hashes a client's metadata on each lookup; ours are cached until their row changes.
  const Client = provider.Client as unknown as {
    find(id: string): Promise<unknown>
    prototype: { redirectUriAllowed(uri: string): boolean }
  }
  Client.find = async id => (await clients.find(id))?.client

  const isRegistered = Client.prototype.redirectUriAllowed
  Client.prototype.redirectUriAllowed = function (uri) {
    if (uri === deviceUri) return Provider.ctx?.state.pushedBy === 'device'
    return uri === trialUri ? Provider.ctx?.state.isTrial === true : isRegistered.call(this, uri)
  }

  // The library reports the cause of an error page by events only.
  for (const event of ['authorization.error', 'server_error'] as const)
    provider.on(event as 'server_error', (ctx, error) => {
      ctx.state.providerFault = error
    })

  // Sign-in belongs to the screens. The library's own session lasts for one request: the member's decision comes with the
  // interaction, and no flow can read the state of an earlier one.
  const Session = provider.Session as unknown as { new (): object; get(ctx: unknown): Promise<object> }
  Session.get = async ctx => {
    const session = Object.assign(new Session(), { destroyed: true })
    ;(ctx as { oidc: { entity(name: string, value: unknown): void } }).oidc.entity('Session', session)
    return session
  }
}
