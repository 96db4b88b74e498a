import type { Middleware } from 'koa'

const authorize = '/v1/oauth/authorize'
/** Addresses of programs, and the parts of a page. */
const noPage = /^\/(?:v1|\.well-known|healthz|readyz|assets|logos|manifest\.schema\.json)(?:\/|$)/i

/** Set for a moment on the name that a browser is sent away from. */
const cookie = 'latchkey-host'
const cookieMs = 5_000

/**
 * Sends a browser that came under another host name (127.0.0.1 for localhost, a second public name) to the issuer's, with the
 * same path and query. Cookies are bound to the name: a flow that began under another one could not end.
 *
 * Behind a proxy the name is the one in `X-Forwarded-Host`, if the proxy is trusted and sets it. A proxy that rewrites `Host`
 * and says nothing would have us redirect for ever: a request that comes back with our cookie is let through.
 */
export function issuerHost(issuer: string): Middleware {
  const { hostname, origin } = new URL(issuer)
  return (ctx, next) => {
    const isElsewhere = ctx.hostname !== '' && ctx.hostname.toLowerCase() !== hostname
    if (!isElsewhere || !isPage(ctx) || ctx.cookies.get(cookie)) return next()
    ctx.cookies.set(cookie, '1', { maxAge: cookieMs, httpOnly: true, sameSite: 'lax', path: '/' })
    ctx.set('Cache-Control', 'no-store')
    // Koa reads the path of a whole address, as proxies are asked for one, out of it: what is printed begins with a slash.
    ctx.redirect(`${origin}${ctx.path}${ctx.search}`)
  }
}

function isPage(ctx: Parameters<Middleware>[0]): boolean {
  if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || !ctx.path.startsWith('/')) return false
  return ctx.path === authorize || (!noPage.test(ctx.path) && ctx.get('Accept').includes('text/html'))
}
