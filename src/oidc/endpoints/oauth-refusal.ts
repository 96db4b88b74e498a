/** An error response of the OAuth endpoints (RFC 6749 §5.2). */
export class OAuthRefusal extends Error {
  readonly status: number
  readonly code: string
  readonly retryAfterSeconds: number | null

  constructor(status: number, code: string, description: string, retryAfterSeconds: number | null = null) {
    super(description)
    this.name = 'OAuthRefusal'
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
  }
}

export const invalidRequest = (description: string) => new OAuthRefusal(400, 'invalid_request', description)
export const invalidGrant = (description: string) => new OAuthRefusal(400, 'invalid_grant', description)
export const invalidClient = (description: string) => new OAuthRefusal(401, 'invalid_client', description)
export const tooManyRequests = (seconds: number) =>
  new OAuthRefusal(429, 'rate_limited', `Too many requests; try again in ${seconds} seconds.`, seconds)
export const unavailable = (seconds = 1) =>
  new OAuthRefusal(503, 'temporarily_unavailable', 'The service cannot answer right now; try again.', seconds)

/** Reasons for a failed client authentication. */
export const unproven = {
  unknown: 'The client is unknown, or disabled.',
  hasNone: 'This client is public: it has no secret.',
  missing: 'The client must authenticate with its secret, or by an assertion.',
  wrong: 'The client secret is wrong.',
} as const
