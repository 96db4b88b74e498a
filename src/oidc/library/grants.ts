/**
 * Runs the library's grant handlers without the steps of its token endpoint that ours has already done (body, client, target),
 * which cost as much as the handlers. These are inner modules of a pinned version, tested by test/flows/token*.test.ts.
 */
import type { Context } from 'koa'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import * as code from 'oidc-provider/lib/actions/grants/authorization_code.js'
import * as refresh from 'oidc-provider/lib/actions/grants/refresh_token.js'
import als from 'oidc-provider/lib/helpers/als.js'
import * as helpers from 'oidc-provider/lib/helpers/grants.js'
import { invalidRequest, OAuthRefusal } from '../endpoints/oauth-refusal.ts'
import type { Fields } from '../endpoints/request-body.ts'
import type { Exchange } from './exchange.ts'

/** The library's token response, before anything is stored. */
export type Granted = { access_token: string; refresh_token?: string; expires_in: number; scope: string }
export type RunGrant = (ctx: Context, exchange: Exchange, fields: Fields) => Promise<Granted>

const handlers = new Map([
  ['authorization_code', code.handler],
  ['refresh_token', refresh.handler],
])

export function grantRunner(provider: Provider): RunGrant {
  const bound = Object.fromEntries(
    Object.entries(helpers).map(([name, helper]) => [name, helper.bind(undefined, provider)]),
  )
  const OIDCContext = provider.OIDCContext as unknown as new (
    ctx: unknown,
  ) => { params: object; entity(name: string, value: unknown): void }

  return async (ctx, exchange, fields) => {
    if (fields.grant_type === undefined) throw invalidRequest('The parameter grant_type is missing.')
    const handler = handlers.get(fields.grant_type)
    if (!handler) throw new OAuthRefusal(400, 'unsupported_grant_type', 'There is no such grant type.')
    const inner = ctx as unknown as { _matchedRouteName: string; oidc: InstanceType<typeof OIDCContext> }
    inner._matchedRouteName = 'token'
    inner.oidc = new OIDCContext(ctx)
    inner.oidc.params = { ...fields }
    inner.oidc.entity('Client', exchange.client)
    try {
      await als.run(ctx, handler, provider, bound, ctx)
    } catch (error) {
      throw error instanceof errors.OIDCProviderError && error.expose ? inOurWords(error, exchange) : error
    }
    return ctx.body as Granted
  }
}

/** An authenticated client gets the library's detailed reason. */
function inOurWords(fault: errors.OIDCProviderError, exchange: Exchange): OAuthRefusal {
  const { error_detail, error_description } = fault as { error_detail?: string; error_description?: string }
  const reason = exchange.denialReason ?? error_detail ?? error_description ?? fault.message
  return new OAuthRefusal(fault.statusCode, fault.error, reason)
}
