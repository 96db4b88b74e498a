import type { Middleware } from 'koa'
import type { PartnerApi } from '../endpoints.ts'
import { openApiDocument } from './document.ts'

/** GET /openapi.json, readable by everyone and from every origin. */
export function serveReference(needs: { issuer: string; partnerApi: PartnerApi }): Middleware {
  const document = JSON.stringify(openApiDocument(needs.issuer, needs.partnerApi))
  return async (ctx, next) => {
    if (ctx.path !== '/openapi.json' || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.type = 'json'
    ctx.body = document
  }
}
