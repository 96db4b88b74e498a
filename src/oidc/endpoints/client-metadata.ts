/** Client metadata (RFC 7591 §2) that an application sends or publishes, as the settings of a connection. */
import { type Capability, capabilities } from '../../installs/capability.ts'
import type { KeySet } from '../../installs/client-keys.ts'
import type { ConnectionSettings } from '../../installs/connection.ts'
import { blankSettings, faultsOfSettings } from '../../installs/registration.ts'
import { deviceGrant } from './device-requests.ts'

export type MetadataFault = { error: 'invalid_redirect_uri' | 'invalid_client_metadata'; sentence: string }

type Metadata = Record<string, unknown>

/** Everything that a member may allow; of the two that tell about people, the one that includes the other. */
export const agentCapabilities: readonly Capability[] = capabilities.filter(
  one => one !== 'read_user_without_email',
)

const authMethods = ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt']

/** The member of the metadata that each setting comes from. */
const members: Partial<Record<keyof ConnectionSettings, string>> = {
  name: 'client_name',
  website: 'client_uri',
  privacyUrl: 'policy_uri',
  termsUrl: 'tos_uri',
  redirectUris: 'redirect_uris',
  jwks: 'jwks',
  jwksUri: 'jwks_uri',
}

/**
 * Unknown members, foreign grants and the scope are ignored: what a member allows is decided at the consent.
 * @param nativeSchemes private schemes without a dot that the operator allows.
 */
export function readClientMetadata(
  sent: Metadata,
  nativeSchemes: readonly string[],
): ConnectionSettings | MetadataFault {
  const method = sent.token_endpoint_auth_method ?? 'none'
  if (!authMethods.includes(method as string))
    return invalid('token_endpoint_auth_method', `should be one of ${authMethods.join(', ')}`)
  const signs = method === 'private_key_jwt'
  if (signs && (sent.jwks ?? sent.jwks_uri ?? null) === null)
    return invalid('jwks', 'or jwks_uri should be there, for private_key_jwt')
  const uris = sent.redirect_uris
  if (!Array.isArray(uris) || uris.length === 0 || uris.length > maxRedirectUris || !uris.every(isText))
    return {
      error: 'invalid_redirect_uri',
      sentence: `redirect_uris should be a list of 1 to ${maxRedirectUris} addresses.`,
    }
  // A tool that uses the device flow alone may name that grant alone.
  if (!lists(sent.grant_types, 'authorization_code') && !lists(sent.grant_types, deviceGrant))
    return invalid('grant_types', `should be left out, or a list with authorization_code or ${deviceGrant}`)
  if (!lists(sent.response_types, 'code'))
    return invalid('response_types', 'should be left out, or a list with code')
  for (const member of ['client_name', 'client_uri', 'policy_uri', 'tos_uri', ...(signs ? ['jwks_uri'] : [])])
    if (sent[member] !== undefined && !isText(sent[member])) return invalid(member, 'should be a string')
  const settings: ConnectionSettings = {
    ...blankSettings,
    name: textOf(sent.client_name) ?? 'An application without a name',
    website: textOf(sent.client_uri),
    privacyUrl: textOf(sent.policy_uri),
    termsUrl: textOf(sent.tos_uri),
    clientType: method === 'none' ? 'public' : 'confidential',
    redirectUris: uris,
    ...(signs && { jwks: (sent.jwks as KeySet | undefined) ?? null, jwksUri: textOf(sent.jwks_uri) }),
    capabilities: [...agentCapabilities],
    requirePkce: true,
    deviceFlow: Array.isArray(sent.grant_types) && sent.grant_types.includes(deviceGrant),
    requireDpop: sent.dpop_bound_access_tokens === true,
    requirePar: sent.require_pushed_authorization_requests === true,
  }
  const [fault] = faultsOfSettings('public', settings, nativeSchemes)
  if (!fault) return settings
  const member = members[fault.member] ?? fault.member
  if (fault.member !== 'redirectUris') return invalid(member, fault.fault)
  const which =
    fault.value === undefined ? 'redirect_uris' : `In redirect_uris, ${JSON.stringify(fault.value)}`
  return { error: 'invalid_redirect_uri', sentence: `${which} ${fault.fault}.` }
}

/** The settings as metadata, with what counts where the application asked for something else. */
export function presentClientMetadata(settings: ConnectionSettings, method: unknown): Metadata {
  const { jwks, jwksUri } = settings
  const keys = { ...(jwks && { jwks }), ...(jwksUri !== null && { jwks_uri: jwksUri }) }
  return {
    client_name: settings.name,
    redirect_uris: settings.redirectUris,
    grant_types: ['authorization_code', 'refresh_token', ...(settings.deviceFlow ? [deviceGrant] : [])],
    response_types: ['code'],
    token_endpoint_auth_method: methodOf(settings, method),
    ...keys,
    scope: settings.capabilities.join(' '),
    ...(settings.requireDpop ? { dpop_bound_access_tokens: true } : {}),
    ...(settings.requirePar ? { require_pushed_authorization_requests: true } : {}),
    ...(settings.website === null ? {} : { client_uri: settings.website }),
    ...(settings.privacyUrl === null ? {} : { policy_uri: settings.privacyUrl }),
    ...(settings.termsUrl === null ? {} : { tos_uri: settings.termsUrl }),
  }
}

function methodOf({ clientType, jwks, jwksUri }: ConnectionSettings, asked: unknown): unknown {
  if (clientType === 'public') return 'none'
  return jwks || jwksUri ? 'private_key_jwt' : (asked ?? 'client_secret_basic')
}

const maxRedirectUris = 20

const isText = (value: unknown): value is string => typeof value === 'string'
const textOf = (value: unknown) => (isText(value) && value !== '' ? value : null)

function lists(value: unknown, needed: string): boolean {
  return value === undefined || (Array.isArray(value) && value.includes(needed))
}

const invalid = (member: string, fault: string): MetadataFault => ({
  error: 'invalid_client_metadata',
  sentence: `${member} ${fault}.`,
})
