import type { Middleware } from 'koa'
import { authzenMetadata } from '../authzen.ts'
import type { PartnerApi } from '../endpoints.ts'
import { openApiDocument } from './document.ts'

/** GET /openapi.json and the AuthZEN metadata, readable by everyone and from every origin. */
export function serveReference(needs: { issuer: string; partnerApi: PartnerApi }): Middleware {
  const documents = new Map([
    ['/openapi.json', JSON.stringify(openApiDocument(needs.issuer, needs.partnerApi))],
    ['/.well-known/authzen-configuration', JSON.stringify(authzenMetadata(needs.issuer))],
  ])
  return async (ctx, next) => {
    const document = documents.get(ctx.path)
    if (document === undefined || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next()
    ctx.set('Access-Control-Allow-Origin', '*')
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.type = 'json'
    ctx.body = document
  }
}
