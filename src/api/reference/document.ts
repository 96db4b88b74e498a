import { capabilities } from '../../installs/capability.ts'
import { type Operation, operations } from './operations.ts'
import { ref, type Schema, schemas } from './schemas.ts'

export type OpenApiDocument = {
  openapi: string
  info: Schema
  servers: { url: string }[]
  paths: Record<string, Record<string, Schema>>
  components: { schemas: Record<string, Schema>; securitySchemes: Schema }
}

/** The partner API as an OpenAPI 3.1 document, with this server's own address. What is switched off is not in it. */
export function openApiDocument(issuer: string, partnerApi: 'full' | 'read' | 'off'): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of offered(partnerApi))
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Partner API',
      version: '1',
      description: 'What a connection can do with the pages that members chose for it.',
    },
    servers: [{ url: issuer }],
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: {
          type: 'oauth2',
          flows: {
            authorizationCode: {
              authorizationUrl: `${issuer}/v1/oauth/authorize`,
              tokenUrl: `${issuer}/v1/oauth/token`,
              refreshUrl: `${issuer}/v1/oauth/token`,
              scopes: Object.fromEntries(capabilities.map(one => [one, one.replaceAll('_', ' ')])),
            },
          },
        },
        client: { type: 'http', scheme: 'basic', description: 'The client id and a client secret.' },
      },
    },
  }
}

export function offered(partnerApi: 'full' | 'read' | 'off'): readonly Operation[] {
  return operations.filter(
    one =>
      one.by === 'client' || (partnerApi !== 'off' && (partnerApi === 'full' || !changesPages.has(one.id))),
  )
}
const changesPages = new Set(['pagesUpdate', 'pagesCreate'])

function described({ id, summary, description, by, query, body, path, answer, refusal }: Operation): Schema {
  const inPath = path.includes('{id}')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } }]
    : []
  const inQuery = Object.entries(query ?? {}).map(([name, schema]) => ({ name, in: 'query', schema }))
  const json = (schema: Schema) => ({ 'application/json': { schema } })
  return {
    operationId: id,
    summary,
    description,
    security: [{ [by]: [] }],
    parameters: [...inPath, ...inQuery],
    ...(body && {
      requestBody: {
        required: true,
        content: {
          ...json(body.schema),
          ...(body.form && { 'application/x-www-form-urlencoded': { schema: body.schema } }),
        },
      },
    }),
    responses: {
      200: { description: 'Done', content: json(ref(answer)) },
      default: {
        description: 'Refused',
        content: json(ref(refusal ?? (by === 'client' ? 'OAuthError' : 'Error'))),
      },
    },
  }
}
