/** The document in which a published client describes itself: OAuth Client ID Metadata Document. */
import { faultOfKeySet, type KeySet } from '../../installs/client-keys.ts'
import type { ConnectionSettings } from '../../installs/connection.ts'
import { readClientMetadata } from '../endpoints/client-metadata.ts'

export type Document = { settings: ConnectionSettings; host: string; maxAgeSeconds: number }
export type DocumentFault = { fault: string }

const maxIdLength = 2_000

/** Compared byte for byte with what the document names, so only its own exact spelling is one. null: not such an id. */
export function documentUrlOf(clientId: unknown): URL | null {
  if (
    typeof clientId !== 'string' ||
    clientId.length > maxIdLength ||
    !/^https:\/\/[\x21-\x7e]+$/.test(clientId)
  )
    return null
  const url = URL.parse(clientId)
  if (!url || url.href !== clientId || url.pathname === '/' || url.username || url.password) return null
  if (clientId.includes('#') || /^[\d.]+$|^\[/.test(url.hostname)) return null
  return url
}

/**
 * Strict where something depends on it, lenient elsewhere: unknown members, foreign grants and a link that is no https address
 * are ignored.
 */
export function readDocument(
  url: URL,
  { status, headers, body }: { status: number; headers: Record<string, string | undefined>; body: Buffer },
  nativeSchemes: readonly string[],
): Document | DocumentFault {
  if (status !== 200) return { fault: `answered with status ${status}` }
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(headers['content-type'] ?? ''))
    return { fault: 'is no JSON document' }
  let sent: Record<string, unknown>
  try {
    sent = JSON.parse(body.toString('utf8'))
  } catch {
    return { fault: 'is no valid JSON' }
  }
  if (typeof sent !== 'object' || sent === null || sent.client_id !== url.href)
    return { fault: 'names another client_id than its own address' }
  if (typeof sent.client_name !== 'string' || sent.client_name === '') return { fault: 'has no client_name' }
  const offered = offeredMethods(sent)
  const method = offered.includes('none') ? 'none' : offered[0]
  if (method === undefined) return { fault: 'asks for a shared secret, which a published client cannot have' }
  const grants = Array.isArray(sent.grant_types) ? sent.grant_types : ['authorization_code']
  const read = readClientMetadata(
    {
      client_name: sent.client_name,
      redirect_uris: sent.redirect_uris,
      grant_types: grants,
      token_endpoint_auth_method: method,
      dpop_bound_access_tokens: sent.dpop_bound_access_tokens,
      require_pushed_authorization_requests: sent.require_pushed_authorization_requests,
      jwks: sent.jwks,
      jwks_uri: sent.jwks_uri,
      ...Object.fromEntries(links.filter(name => isLink(sent[name])).map(name => [name, sent[name]])),
    },
    nativeSchemes,
  )
  if ('error' in read) return { fault: `cannot be used: ${read.sentence}` }
  // Where both are offered, either is accepted: the keys are kept beside a client without a secret.
  const keys = method === 'none' && offered.includes('private_key_jwt') ? keysOf(sent) : {}
  return { settings: { ...read, ...keys }, host: url.host, maxAgeSeconds: maxAgeOf(headers['cache-control']) }
}

const links = ['client_uri', 'policy_uri', 'tos_uri']
const isLink = (value: unknown) => typeof value === 'string' && value.startsWith('https://')

/** Of the methods that are offered, those without a shared secret. */
function offeredMethods(sent: Record<string, unknown>): ('none' | 'private_key_jwt')[] {
  const named = [sent.token_endpoint_auth_method, sent.token_endpoint_auth_methods_supported]
    .flat()
    .filter(one => one !== undefined)
  if (named.length === 0) return ['none']
  return (['none', 'private_key_jwt'] as const).filter(one => named.includes(one))
}

/** The keys that a document offers beside the method none; those that are of no use are left out. */
function keysOf({ jwks, jwks_uri }: Record<string, unknown>): Partial<ConnectionSettings> {
  if (typeof jwks_uri === 'string') return isLink(jwks_uri) ? { jwksUri: jwks_uri } : {}
  const set = jwks as KeySet | undefined
  return typeof set === 'object' && set !== null && faultOfKeySet(set) === null ? { jwks: set } : {}
}

const minute = 60
const day = 86_400

/** Seconds that the document is kept. */
function maxAgeOf(cacheControl = ''): number {
  if (/no-store|no-cache/i.test(cacheControl)) return minute
  const asked = Number(/max-age=(\d{1,9})/i.exec(cacheControl)?.[1] ?? 5 * minute)
  return Math.min(Math.max(asked, minute), day)
}
