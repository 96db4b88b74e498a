/** How long things live, in seconds. */
const day = 24 * 60 * 60

export const lifetimes = {
  /** A code travels through one redirect (RFC 6749 §4.1.2 allows ten minutes at most). */
  code: 60,
  accessToken: 60 * 60,
  /** For partners that never refresh: until it is revoked. */
  longLivedAccessToken: 100 * 365 * day,
  /** A refresh token that is not used dies after this… */
  refreshIdle: 90 * day,
  /** …and its whole family after this, however often it is used: then the member is asked again. */
  refreshAbsolute: 365 * day,
  /** A retried refresh within this succeeds (a lost answer, two workers at once). */
  refreshGrace: 60,
  /** From the redirect to Latchkey to the decision. */
  interaction: 60 * 60,
} as const

/** An authorization outlives every token that it may issue. */
export function authorizationLifetime(longLivedTokens: boolean): number {
  return longLivedTokens ? lifetimes.longLivedAccessToken : lifetimes.refreshAbsolute + lifetimes.accessToken
}
