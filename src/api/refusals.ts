/** The errors of the partner API: one table from code to status. The sentence of each is written where it is thrown. */
import { type ProofFault, proofAlgorithms } from '../dpop/proofs.ts'
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
  unprocessable_content: 422,
  rate_limited: 429,
  internal_server_error: 500,
  service_unavailable: 503,
} as const

export type ApiCode = keyof typeof statusOf

export class ApiRefusal extends Error {
  readonly code: ApiCode
  /** `error` and `scope` of the Bearer challenge (RFC 6750 §3), on 401 and 403; `scheme` where it is another. */
  readonly challenge: Readonly<Record<string, string>>
  readonly retryAfterSeconds: number | null
  /** The methods that the address has, on a request with another one: the status is 405 then (RFC 9110 §15.5.6). */
  readonly allow: readonly string[] | null
  readonly additionalData: Record<string, unknown> | null
  constructor(
    code: ApiCode,
    message: string,
    extra: {
      challenge?: Record<string, string>
      retryAfterSeconds?: number
      allow?: readonly string[]
      additionalData?: Record<string, unknown>
    } = {},
  ) {
    super(message)
    this.code = code
    this.challenge = extra.challenge ?? {}
    this.retryAfterSeconds = extra.retryAfterSeconds ?? null
    this.allow = extra.allow ?? null
    this.additionalData = extra.additionalData ?? null
  }

  get status(): number {
    return this.allow ? 405 : statusOf[this.code]
  }

  /** An error in the input, which only the holder of a token in force may see. */
  get blamesInput(): boolean {
    return this.code === 'invalid_json' || this.code === 'validation_error'
  }
}

/** One sentence for every reason: the holder of a dead token learns only that it is dead. */
export const unauthorized = () =>
  new ApiRefusal('unauthorized', 'API token is invalid.', {
    challenge: { error: 'invalid_token', error_description: 'The token is unknown, expired or revoked' },
  })

/** A proof of possession that was refused (RFC 9449 §7.1). */
export const unproven = ({ code, message }: ProofFault) =>
  new ApiRefusal('unauthorized', message, {
    challenge: { scheme: 'DPoP', error: code, algs: proofAlgorithms.join(' ') },
  })

/** A request without any credentials: the challenge names no error (RFC 6750 §3.1), and the least scope that is of use. */
export const noCredentials = () =>
  new ApiRefusal('unauthorized', 'A bearer token is required in the Authorization header.', {
    challenge: { scope: 'read_content' },
  })

export const clientUnknown = () =>
  new ApiRefusal('unauthorized', 'The client is unknown, disabled, or its secret is wrong.', {
    challenge: { scheme: 'Basic' },
  })

export const tooManyCalls = (who: string, seconds: number) =>
  new ApiRefusal('rate_limited', `${who} Please wait ${seconds} s.`, { retryAfterSeconds: seconds })

/**
 * The challenge repeats the token's own scope, too: clients request exactly the scope in it, and would lose the rest. Clients that
 * refresh instead of asking are helped by the page on which the member adds the level to the token that they have.
 */
export const lacksCapability = (needed: Capability, bearer: Bearer, issuer: string) =>
  new ApiRefusal(
    'restricted_resource',
    `The token does not have the capability ${needed}, which this needs.`,
    {
      challenge: { error: 'insufficient_scope', scope: [...bearer.capabilities, needed].join(' ') },
      // The levels of an internal connection are its developer's to change.
      ...(bearer.userId !== null && {
        additionalData: { manage_access_url: `${ownInstallation(bearer, issuer)}/levels?add=${needed}` },
      }),
    },
  )

export const unknownAddress = () => new ApiRefusal('invalid_request_url', 'Invalid request URL.')

/** @param allow the methods that the address has. */
export const otherMethod = (method: string, allow: readonly string[]) =>
  new ApiRefusal('invalid_request_url', `${method} is not supported here; ${allow.join(', ')} is.`, { allow })

export const readOnly = () =>
  new ApiRefusal('restricted_resource', 'This server does not change pages through its API.')

export const invalid = (message: string) => new ApiRefusal('validation_error', message)

/** The same answer for a page that does not exist and for one that was not granted, so that it does not tell which ids exist. */
export const notFound = (kind: 'page' | 'block', id: string, bearer: Bearer, issuer: string) =>
  new ApiRefusal(
    'object_not_found',
    `Could not find ${kind} with ID: ${id}. The page may have to be shared with the connection "${bearer.connectionName}".`,
    { additionalData: { manage_access_url: manageAccessUrl(bearer, issuer) } },
  )

export const noSuchUser = (id: string) =>
  new ApiRefusal('object_not_found', `Could not find user with ID: ${id}.`)

/** The picker of this installation; for an internal connection, the workspace's list of connections. */
function manageAccessUrl(bearer: Bearer, issuer: string): string {
  return bearer.userId === null
    ? `${issuer}/settings/${bearer.workspaceId}/connections`
    : `${ownInstallation(bearer, issuer)}/pages`
}

/** The member's screens of this installation. */
const ownInstallation = (bearer: Bearer, issuer: string) =>
  `${issuer}/settings/${bearer.workspaceId}/my-connections/${bearer.installationId}`

/** An error as the partner sees it: 503 where a store did not answer and a retry is worth it, 500 for any other. */
export function refusalOf(error: unknown, isUnavailable: (error: unknown) => boolean): ApiRefusal {
  if (error instanceof ApiRefusal) return error
  return isUnavailable(error)
    ? new ApiRefusal('service_unavailable', 'The server cannot answer just now. Please try again.', {
        retryAfterSeconds: 1,
      })
    : new ApiRefusal('internal_server_error', 'Something broke on the server.')
}
