import type { Middleware } from 'koa'
import { metadataPaths, resourceMetadataPath, signedMetadata } from '../endpoints/metadata.ts'
import { type IsUnavailable, inPartnerDialect, type Log, refuseMethod } from '../endpoints/partner-dialect.ts'
import { resourceMetadata } from '../endpoints/resource.ts'
import type { SigningKey } from '../keys.ts'
import { routes } from './configuration.ts'

/** Answers by address, with its method in front where it is for one method alone. */
export type Answers = [address: string, answer: Middleware][]

/** Public documents: the metadata and the JWKS. */
export async function publicDocuments(
  needs: {
    issuer: string
    agents: 'open' | 'published' | 'off'
    mcp: boolean
    signingKeys: readonly SigningKey[]
    log: Log
    isUnavailable: IsUnavailable
  },
  run: Middleware,
): Promise<Answers> {
  const metadata = await signedMetadata(needs, needs.signingKeys[0]!)
  const serve =
    (body: unknown): Middleware =>
    ctx => {
      ctx.set('Cache-Control', 'public, max-age=300')
      ctx.body = body
    }
  const { issuer } = needs
  const all: Answers = [
    ...metadataPaths.map((path): Answers[number] => [path, serve(metadata)]),
    [resourceMetadataPath, serve(resourceMetadata(issuer, ''))],
    ...(needs.mcp
      ? [[`${resourceMetadataPath}/mcp`, serve(resourceMetadata(issuer, '/mcp'))] as Answers[number]]
      : []),
    [routes.jwks, run],
  ]
  return all.flatMap(
    ([path, answer]): Answers => [
      [`GET ${path}`, answer],
      [`HEAD ${path}`, answer],
      [path, inPartnerDialect(needs, refuseMethod('GET, HEAD'))],
    ],
  )
}
