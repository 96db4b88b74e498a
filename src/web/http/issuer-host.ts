import type { Middleware } from 'koa'

const authorize = '/v1/oauth/authorize'
/** Addresses for programs, and the assets of pages. */
const noPage = /^\/(?:v1|access|\.well-known|healthz|readyz|assets|logos|manifest\.schema\.json)(?:\/|$)/i

/** Set briefly on the host name that a browser is redirected from. */
const cookie = 'latchkey-host'
const cookieMs = 5_000

/**
 * Redirects a browser that came by another host name (127.0.0.1 for localhost, a second public name) to the issuer's, with the
 * same path and query. Cookies are bound to the host: a flow begun under another name could not finish.
 *
 * Behind a trusted proxy the name is read from `X-Forwarded-Host`. A proxy that rewrites `Host` without setting that header
 * would cause an endless redirect: a request that comes back with our cookie is let through.
 */
export function issuerHost(issuer: string): Middleware {
  const { hostname, origin } = new URL(issuer)
  return (ctx, next) => {
    const isElsewhere = ctx.hostname !== '' && ctx.hostname.toLowerCase() !== hostname
    if (!isElsewhere || !isPage(ctx) || ctx.cookies.get(cookie)) return next()
    ctx.cookies.set(cookie, '1', { maxAge: cookieMs, httpOnly: true, sameSite: 'lax', path: '/' })
    ctx.set('Cache-Control', 'no-store')
    // A request line may hold a whole URL (RFC 9112 §3.2.2); Koa reads the path out of it, so that this begins with a slash.
    ctx.redirect(`${origin}${ctx.path}${ctx.search}`)
  }
}

function isPage(ctx: Parameters<Middleware>[0]): boolean {
  if ((ctx.method !== 'GET' && ctx.method !== 'HEAD') || !ctx.path.startsWith('/')) return false
  return ctx.path === authorize || (!noPage.test(ctx.path) && ctx.get('Accept').includes('text/html'))
}
