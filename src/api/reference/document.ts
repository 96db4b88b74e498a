/** The OpenAPI 3.1 document of the partner API, made from the endpoints' rows. */
import { z } from 'zod'
import { capabilities } from '../../installs/capability.ts'
import { ApiError, OAuthError } from '../answers/errors.ts'
import { components } from '../answers/schema.ts'
import type { Operation } from '../endpoint.ts'
import { offered, type PartnerApi } from '../endpoints.ts'
import { oauthOperations } from './oauth.ts'

/** A JSON Schema (draft 2020-12, the dialect of OpenAPI 3.1). */
export type Schema = Record<string, unknown>

export type OpenApiDocument = {
  openapi: string
  info: Schema
  servers: { url: string }[]
  paths: Record<string, Record<string, Schema>>
  components: { schemas: Record<string, Schema>; securitySchemes: Schema }
}

/** With this server's own address, and without the endpoints that are switched off. */
export function openApiDocument(issuer: string, partnerApi: PartnerApi): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {}
  for (const operation of operations(partnerApi))
    paths[operation.path] = {
      ...paths[operation.path],
      [operation.method.toLowerCase()]: describeOperation(operation),
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Partner API',
      version: '1',
      description: 'The calls that a connection can make on the pages that members chose for it.',
    },
    servers: [{ url: issuer }],
    paths,
    components: {
      schemas: componentSchemas(),
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
        admin: { type: 'http', scheme: 'bearer', description: 'A credential of the host product.' },
      },
    },
  }
}

/** Every documented operation: the OAuth endpoints, and the endpoints that the operator offers. */
export function operations(partnerApi: PartnerApi): readonly Operation[] {
  return [...oauthOperations, ...offered(partnerApi)]
}

const uriOf = (name: string) => `#/components/schemas/${name}`

/** The named schemas by name, referring to each other. */
export function componentSchemas(): Record<string, Schema> {
  const { schemas } = z.toJSONSchema(components, { io: 'input', uri: uriOf })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _, $id: __, ...schema }]) => [name, schema]),
  )
}

/** The schema of a request, or of an answer without a name of its own. */
export function schemaOf(type: z.ZodType): Schema {
  const name = components.get(type)?.id
  if (name) return { $ref: uriOf(name) }
  const { $schema: _, ...schema } = z.toJSONSchema(type, { io: 'input' })
  return schema
}

function describeOperation({ id, summary, description, by, ...operation }: Operation): Schema {
  const { path, query, body, form, answer } = operation
  const json = (schema: Schema) => ({ 'application/json': { schema } })
  const refusal = path.startsWith('/v1/oauth/') ? OAuthError : ApiError
  return {
    operationId: id,
    summary,
    description,
    security: by === 'either' ? [{ admin: [] }, { client: [] }] : [{ [by]: [] }],
    parameters: [...pathParameters(path), ...queryParameters(query)],
    ...(body && {
      requestBody: {
        required: true,
        content: {
          ...json(schemaOf(body)),
          ...(form && { 'application/x-www-form-urlencoded': { schema: schemaOf(body) } }),
        },
      },
    }),
    responses: {
      200: { description: 'Done', content: json(schemaOf(answer)) },
      default: { description: 'Refused', content: json(schemaOf(refusal)) },
    },
  }
}

function pathParameters(path: string): Schema[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', format: 'uuid' },
  }))
}

function queryParameters(query: Operation['query']): Schema[] {
  if (!query) return []
  const { properties = {}, required = [] } = schemaOf(query) as {
    properties?: Record<string, Schema>
    required?: string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
}
