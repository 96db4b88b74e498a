import Router from '@koa/router'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import { schemaRoute } from './developers/manifest/routes.ts'
import type { Frame } from './frame/frame.ts'
import type { Assets } from './http/assets.ts'
import { csrf } from './http/csrf.ts'
import { readForms } from './http/forms.ts'
import { type HealthParts, health } from './http/health.ts'
import { issuerHost } from './http/issuer-host.ts'
import { securityHeaders } from './http/security-headers.ts'
import type { Sessions } from './http/session.ts'
import type { WebContext, WebState } from './http/state.ts'

export type Web = {
  /** Answers the screens' own addresses and the assets; passes on everything else. */
  middleware: Middleware
  /** The headers of every answer to a browser, and the host name that it must use; goes in front of everything. */
  headers: Middleware
  /** Answers 404, or 405 where the address has other methods; goes last. */
  notFound: Middleware
  /** The page for an error. `takenBack`: the work under way was rolled back. */
  broken(ctx: unknown, takenBack: boolean): void
}

/**
 * The screens as one middleware.
 * @param routers of every place; the first that has a route answers.
 */
export function createWeb(parts: {
  /** The public base address, without a trailing slash. */
  issuer: string
  secretKeys: readonly Buffer[]
  frame: Frame
  assets: Assets
  sessions: Sessions
  routers: Router<WebState>[]
  health: HealthParts
  /** Routes that programs post to, without sessions and form tokens. */
  programs: Router<WebState>[]
}): Web {
  const secure = parts.issuer.startsWith('https://')
  const { faults } = parts.frame
  const forms = csrf({
    ...{ secretKeys: parts.secretKeys, secure },
    takesOlderForms: ctx => /^\/(?:install|sign-in)(?:\/|$)/i.test(ctx.path),
    sendAgain: ctx => faults.sendAgain(ctx),
    refuse: ctx => faults.foreignForm(ctx),
  })

  // Steps of a router run only where one of its routes answers, so the bodies of other parts' requests are left alone.
  const screens = new Router<WebState>()
  screens.use(
    parts.sessions.load,
    readForms({ refuse: (ctx, problem) => faults.badForm(ctx, problem) }),
    forms.check,
  )
  for (const router of parts.routers) screens.use(router.routes())

  return {
    headers: compose([securityHeaders(secure), secureCookies(secure), issuerHost(parts.issuer)]),
    middleware: compose([
      parts.assets.serve,
      health(parts.health).routes() as unknown as Middleware,
      schemaRoute(parts.issuer).routes() as unknown as Middleware,
      ...parts.programs.map(router => router.routes() as unknown as Middleware),
      screens.routes() as unknown as Middleware,
    ]),
    notFound: async ctx => {
      const methods = methodsOf(ctx)
      // A route of this method may pass a request on, for want of what it names.
      if (methods.length > 0 && !methods.includes(ctx.method)) faults.otherMethod(ctx as WebContext, methods)
      else faults.notFound(ctx as WebContext)
    },
    broken: (ctx, takenBack) => faults.broken(ctx as WebContext, takenBack),
  }
}

/** The methods of the routes that match this address, of any router that it has passed. */
function methodsOf(ctx: Context): string[] {
  const layers = (ctx as { matched?: { methods: string[] }[] }).matched ?? []
  return [...new Set(layers.flatMap(({ methods }) => methods))].sort()
}

/** Behind a proxy that ends TLS the request looks plain; cookies are secure because the public address is. */
function secureCookies(secure: boolean): Middleware {
  return (ctx, next) => {
    if (secure) ctx.cookies.secure = true
    return next()
  }
}
