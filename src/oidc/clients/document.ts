/** The document in which a published client describes itself: OAuth Client ID Metadata Document. */
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
  const method = methodOf(sent)
  if (method === null) return { fault: 'asks for a shared secret, which a published client cannot have' }
  const grants = Array.isArray(sent.grant_types) ? sent.grant_types : ['authorization_code']
  const read = readClientMetadata({
    client_name: sent.client_name,
    redirect_uris: sent.redirect_uris,
    grant_types: grants,
    token_endpoint_auth_method: method,
    require_pushed_authorization_requests: sent.require_pushed_authorization_requests,
    ...Object.fromEntries(links.filter(name => isLink(sent[name])).map(name => [name, sent[name]])),
  })
  if ('error' in read) return { fault: `cannot be used: ${read.sentence}` }
  return { settings: read, host: url.host, maxAgeSeconds: maxAgeOf(headers['cache-control']) }
}

const links = ['client_uri', 'policy_uri', 'tos_uri']
const isLink = (value: unknown) => typeof value === 'string' && value.startsWith('https://')

/** The first method that is offered and that a client without a secret can use; null: none. */
function methodOf(sent: Record<string, unknown>): 'none' | null {
  const offered = [sent.token_endpoint_auth_method, sent.token_endpoint_auth_methods_supported].flat()
  const named = offered.filter(one => one !== undefined)
  return named.length === 0 || named.includes('none') ? 'none' : null
}

const minute = 60
const day = 86_400

/** Seconds that the document is kept. */
function maxAgeOf(cacheControl = ''): number {
  if (/no-store|no-cache/i.test(cacheControl)) return minute
  const asked = Number(/max-age=(\d{1,9})/i.exec(cacheControl)?.[1] ?? 5 * minute)
  return Math.min(Math.max(asked, minute), day)
}
