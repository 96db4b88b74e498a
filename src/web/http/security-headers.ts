import type { Middleware } from 'koa'
import helmet from 'koa-helmet'

const sources = {
  'default-src': ["'none'"],
  'script-src': ["'self'"],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'font-src': ["'self'"],
  'connect-src': ["'self'"],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'frame-ancestors': ["'none'"],
}

/**
 * For every answer of the server. `secure`: the public address is https.
 * The opener policy is not here but in `render.ts`: it would also apply to redirects of the flow.
 */
export function securityHeaders(secure: boolean): Middleware {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...sources, 'form-action': ["'self'"] } },
    crossOriginOpenerPolicy: false,
    crossOriginEmbedderPolicy: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: secure ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    xFrameOptions: { action: 'deny' },
  })
}

/**
 * The policy of flow screens, whose forms (allow, cancel) end in a redirect to the partner. Browsers hold each hop of that
 * redirect against `form-action`, also those from the partner's callback to wherever it goes next, so no list that we could
 * write would do; the directive is left out there. What remains: forms of ours post only where our own markup says.
 */
export const flowPolicy = Object.entries(sources)
  .map(([directive, values]) => `${directive} ${values.join(' ')}`)
  .join(';')
