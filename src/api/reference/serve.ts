import type { Middleware } from 'koa'
import { openApiDocument } from './document.ts'

/** GET /openapi.json, for everyone and every origin. */
export function serveReference(needs: { issuer: string; partnerApi: 'full' | 'read' | 'off' }): Middleware {
  const document = JSON.stringify(openApiDocument(needs.issuer, needs.partnerApi))
  return async (ctx, next) => {
    if (ctx.path !== '/openapi.json' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.type = 'json'
    ctx.body = document
  }
}
