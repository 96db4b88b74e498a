/** A partner's application in a browser may ask from the origins of its redirect URIs; nobody else's script may read answers. */
import type { Context, Middleware } from 'koa'
import type { ClientConnection } from '../ports.ts'

/** Set once the client is known. */
export function allowOrigin(ctx: Context, connection: ClientConnection): void {
  const origin = ctx.get('origin')
  if (origin === '' || origin === 'null' || connection.clientType !== 'public') return
  if (!connection.redirectUris.some(uri => URL.parse(uri)?.origin === origin)) return
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.set('Access-Control-Expose-Headers', 'WWW-Authenticate, Retry-After, X-Request-Id')
  ctx.vary('Origin')
}

/** Which client asks is not known yet: the browser is let through, and decides by the answer to the request itself. */
export const preflight: Middleware = ctx => {
  const origin = ctx.get('origin')
  ctx.status = 204
  if (origin === '' || origin === 'null') return
  ctx.set('Access-Control-Allow-Origin', origin)
  ctx.set('Access-Control-Allow-Methods', 'POST')
  ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type')
  ctx.set('Access-Control-Max-Age', '3600')
  ctx.vary('Origin')
}
