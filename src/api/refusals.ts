/** What partners are told when something is not done: one table, from code to status; the words stand where it is refused. */
import type { Bearer } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'

const statusOf = {
  invalid_json: 400,
  invalid_request_url: 400,
  invalid_request: 400,
  validation_error: 400,
  unauthorized: 401,
  restricted_resource: 403,
  object_not_found: 404,
  conflict_error: 409,
  rate_limited: 429,
  internal_server_error: 500,
  service_unavailable: 503,
} as const

export type ApiCode = keyof typeof statusOf

export class ApiRefusal extends Error {
  readonly code: ApiCode
  /** `error` and `scope` of the Bearer challenge (RFC 6750 §3), on 401 and 403; `scheme` where it is another. */
  readonly challenge: Record<string, string>
  readonly retryAfterSeconds: number | null
  readonly additionalData: Record<string, unknown> | null
  constructor(
    code: ApiCode,
    message: string,
    extra: {
      challenge?: Record<string, string>
      retryAfterSeconds?: number
      additionalData?: Record<string, unknown>
    } = {},
  ) {
    super(message)
    this.code = code
    this.challenge = extra.challenge ?? {}
    this.retryAfterSeconds = extra.retryAfterSeconds ?? null
    this.additionalData = extra.additionalData ?? null
  }

  get status(): number {
    return statusOf[this.code]
  }

  /** A fault of the request itself, which only a bearer in force is told of. */
  get blamesInput(): boolean {
    return this.code === 'invalid_json' || this.code === 'validation_error'
  }
}

/** One sentence for every reason: whoever holds a dead token learns only that it is dead. */
export const unauthorized = () =>
  new ApiRefusal('unauthorized', 'API token is invalid.', {
    challenge: { error: 'invalid_token', error_description: 'The token is unknown, expired or revoked' },
  })

/** No credentials came at all: the challenge names no error then (RFC 6750 §3.1). */
export const noCredentials = () =>
  new ApiRefusal('unauthorized', 'A bearer token is required in the Authorization header.')

export const clientUnknown = () =>
  new ApiRefusal('unauthorized', 'The client is unknown, disabled, or its secret is wrong.', {
    challenge: { scheme: 'Basic' },
  })

export const tooManyCalls = (who: string, seconds: number) =>
  new ApiRefusal('rate_limited', `${who} Please wait ${seconds} s.`, { retryAfterSeconds: seconds })

export const lacksCapability = (needed: Capability) =>
  new ApiRefusal(
    'restricted_resource',
    `The token does not have the capability ${needed}, which this needs.`,
    {
      challenge: { error: 'insufficient_scope', scope: needed },
    },
  )

export const readOnly = () =>
  new ApiRefusal('restricted_resource', 'This server does not change pages through its API.')

export const invalid = (message: string) => new ApiRefusal('validation_error', message)

/** The same words for what does not exist and for what was not granted: nobody may find out which ids exist. */
export const notFound = (kind: 'page' | 'block', id: string, bearer: Bearer, issuer: string) =>
  new ApiRefusal(
    'object_not_found',
    `Could not find ${kind} with ID: ${id}. The page may have to be shared with the connection "${bearer.connectionName}".`,
    { additionalData: { manage_access_url: manageAccessUrl(bearer, issuer) } },
  )

export const noSuchUser = (id: string) =>
  new ApiRefusal('object_not_found', `Could not find user with ID: ${id}.`)

/** Where people change what it reaches: the picker of this installation, or the workspace's connections for an internal one. */
function manageAccessUrl(bearer: Bearer, issuer: string): string {
  const settings = `${issuer}/settings/${bearer.workspaceId}`
  return bearer.userId === null
    ? `${settings}/connections`
    : `${settings}/my-connections/${bearer.installationId}/pages`
}

/** A store that does not answer is worth a retry; anything else that broke is ours. */
export function refusalOf(fault: unknown, isUnavailable: (error: unknown) => boolean): ApiRefusal {
  if (fault instanceof ApiRefusal) return fault
  return isUnavailable(fault)
    ? new ApiRefusal('service_unavailable', 'The server cannot answer just now. Please try again.', {
        retryAfterSeconds: 1,
      })
    : new ApiRefusal('internal_server_error', 'Something broke on the server.')
}
