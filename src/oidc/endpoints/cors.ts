/** Scripts in browsers at the OAuth endpoints: for a known client, the answer is for pages of its redirect URIs' origins. */
import type { Context } from 'koa'
import { isLoopback } from '../../installs/redirect-uri.ts'
import type { ClientConnection } from '../ports.ts'

/** Called once the client is known: until then any page may read the refusal. */
export function allowOrigin(ctx: Context, connection: ClientConnection): void {
  const origin = ctx.get('origin')
  if (origin === '') return
  ctx.remove('Access-Control-Allow-Origin')
  ctx.vary('Origin')
  if (connection.clientType !== 'public' || !connection.redirectUris.some(uri => isOf(origin, uri))) return
  ctx.set('Access-Control-Allow-Origin', origin)
}

/** Loopback redirect URIs match any port (RFC 8252 §7.3), and so do their origins. */
function isOf(origin: string, uri: string): boolean {
  const [page, redirect] = [URL.parse(origin), URL.parse(uri)]
  if (!page || !redirect || origin === 'null') return false
  if (page.origin === redirect.origin) return true
  return isLoopback(redirect) && page.protocol === redirect.protocol && page.hostname === redirect.hostname
}
