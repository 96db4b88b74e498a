import Router from '@koa/router'
import type { Faults } from '../../frame/error-pages.ts'
import type { WebState } from '../../http/state.ts'
import { param } from '../frame/gate.ts'
import type { LogoReadings } from './readings.ts'

/**
 * `/logos/:connection`: asked for with its hash (`?v=`) a picture is kept for ever; without it, it is asked about each time,
 * so that a new one is seen at once.
 */
export function serveLogos(needs: LogoReadings & { faults: Faults }): Router<WebState> {
  const router = new Router<WebState>()
  router.get('/logos/:connection', async ctx => {
    const id = param(ctx, 'connection')
    const known = /^"([0-9a-f]{16})"$/.exec(ctx.get('If-None-Match'))?.[1] ?? null
    const logo = id && (await needs.logo(id, ctx.state.user?.id ?? null, known))
    if (!logo) return needs.faults.notFound(ctx)
    const keep = ctx.query.v === logo.hash ? 'max-age=31536000, immutable' : 'no-cache'
    // Cached by browsers alone: the answer may carry a cookie of this one.
    ctx.set('Cache-Control', `private, ${keep}`)
    ctx.set('ETag', `"${logo.hash}"`)
    ctx.set('Content-Security-Policy', "default-src 'none'; sandbox")
    ctx.set('X-Content-Type-Options', 'nosniff')
    if (logo.png === null) {
      ctx.status = 304
      return
    }
    ctx.type = 'image/png'
    ctx.body = logo.png
  })
  return router
}
