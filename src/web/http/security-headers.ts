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
 * The opener policy is set in `render.ts` instead, because here it would also apply to redirects of the flow.
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
 * The policy of flow screens, whose forms (allow, cancel) end in a redirect to the partner. Browsers check every hop of that
 * redirect against `form-action`, including those from the partner's callback onwards, which no list could cover; so the
 * directive is left out there. The forms are our own markup, which posts to us alone.
 */
export const flowPolicy = Object.entries(sources)
  .map(([directive, values]) => `${directive} ${values.join(' ')}`)
  .join(';')
