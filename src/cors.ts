/** Cross-origin requests of scripts in browsers (CORS) to the addresses for programs. None of them reads a cookie. */
import type { Middleware } from 'koa'

/** The metadata, the OAuth endpoints, the partner API and the MCP server; the authorization endpoint is for navigation alone. */
const forPrograms = /^\/(\.well-known\/|v1\/(?!oauth\/authorize)|access\/v1\/|mcp$)/

const preflightHeaders = {
  'Access-Control-Allow-Methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, DPoP, Last-Event-ID, Latchkey-Test, Mcp-Method, Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id, Notion-Version',
  'Access-Control-Max-Age': '3600',
}

/**
 * Any page may ask and read the answers, refusals among them; browsers send no credentials of their own along. The OAuth
 * endpoints narrow this for the origins of a client as soon as they know it.
 */
export const cors: Middleware = async (ctx, next) => {
  if (ctx.get('origin') === '' || !forPrograms.test(ctx.path)) return next()
  ctx.set('Access-Control-Allow-Origin', '*')
  if (ctx.method === 'OPTIONS' && ctx.get('access-control-request-method') !== '') {
    ctx.set(preflightHeaders)
    ctx.status = 204
    return
  }
  ctx.set(
    'Access-Control-Expose-Headers',
    'WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id, Mcp-Session-Id, Mcp-Protocol-Version',
  )
  return next()
}
