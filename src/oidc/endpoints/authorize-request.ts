/** Parses an authorization request for the library. Unknown parameters are ignored (RFC 6749 §3.1). */
import { errors } from 'oidc-provider'
import { readScope } from '../../installs/capability.ts'
import { testParameter } from '../../installs/forced-outcome.ts'
import { withoutOpenIdScopes } from './openid-scopes.ts'
import { type Resources, servedResource } from './resource.ts'
import { detailsType, readWish } from './wished-pages.ts'

type Query = Record<string, string | string[] | undefined>
export type AuthorizeRequest = {
  query: Query
  /** An error to send to the partner once client and redirect URI are validated. */
  complaint: Error | null
}

const understood = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'prompt',
  'login_hint',
  'ui_locales',
  'workspace_id',
  'resource',
  testParameter,
  // The library refuses these by name: a request object may contain parameters that must not be ignored.
  'request',
  'request_uri',
  'registration',
]

/** @returns null when a parameter contains a NUL; the request is then not processed. */
export async function readAuthorizeRequest(
  sent: Query,
  resources: Resources,
): Promise<AuthorizeRequest | null> {
  if (Object.values(sent).some(value => String(value).includes('\0'))) return null
  // A parameter without a value is treated as omitted (RFC 6749 §3.1).
  const query: Query = Object.fromEntries(Object.entries(sent).filter(([, value]) => String(value) !== ''))
  if (typeof query.scope === 'string') query.scope = withoutOpenIdScopes(query.scope)
  const kept: Query = {}
  for (const name of understood) if (query[name] !== undefined) kept[name] = query[name]
  const resource = query.resource === undefined ? undefined : await servedResource(query.resource, resources)
  if (resource !== undefined) kept.resource = resource ?? ''
  const complaint = complain(query, resource === null)
  // The library refuses max_age without the scope openid.
  if (typeof query.max_age === 'string' && /^\d{1,9}$/.test(query.max_age)) kept.login_max_age = query.max_age
  // The library would take the parameter for its own feature, which our token endpoint does not use.
  if (query.dpop_jkt !== undefined) kept.proof_key = query.dpop_jkt
  const wish = readWish(query.authorization_details)
  if (wish) {
    kept.wish = query.authorization_details
    kept.workspace_id ??= wish.workspaceId ?? undefined
  }
  // The library answers an unknown response type in the fragment. `complaint` refuses it, in the query.
  if (typeof kept.response_type === 'string') kept.response_type = 'code'
  return { query: kept, complaint }
}

function complain(query: Query, isForeign: boolean): Error | null {
  const { response_type, response_mode, scope, dpop_jkt, authorization_details } = query
  if (typeof response_type === 'string' && response_type !== 'code')
    return new errors.UnsupportedResponseType('the only response_type is code')
  if (response_mode !== undefined && response_mode !== 'query')
    return new errors.InvalidRequest('the only response_mode is query')
  // The library drops unknown scopes, which the partner would take for granted.
  const { unknown } = readScope(typeof scope === 'string' ? scope : '')
  if (unknown.length > 0) return new errors.InvalidScope('no such scope', unknown.join(' '))
  if (isForeign) return new errors.InvalidTarget('this server does not know the resource')
  if (dpop_jkt !== undefined && !(typeof dpop_jkt === 'string' && /^[\w-]{43}$/.test(dpop_jkt)))
    return new errors.InvalidRequest('dpop_jkt is no thumbprint of a key')
  if (authorization_details !== undefined && readWish(authorization_details) === null)
    return new errors.InvalidAuthorizationDetails(
      `it should be a list of objects of the type ${detailsType}, with workspace_id and up to 100 page_ids`,
    )
  return null
}

/**
 * The capabilities that a scope asks for; without a scope, all that the connection is registered with.
 * @throws the library's InvalidScope, which names those that are not registered.
 */
export function askedCapabilities(scope: string | undefined, registered: readonly string[]): string[] {
  if (scope === undefined) {
    if (registered.length === 0)
      throw new errors.InvalidRequest('the connection is registered with no capability')
    return [...registered]
  }
  const { known } = readScope(scope)
  const refused = known.filter(one => !registered.includes(one))
  if (refused.length > 0)
    throw new errors.InvalidScope('the connection is not registered with this scope', refused.join(' '))
  return known
}
