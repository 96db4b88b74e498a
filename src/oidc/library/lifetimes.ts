/** Lifetimes in seconds. */
const day = 24 * 60 * 60

export const lifetimes = {
  /** RFC 6749 §4.1.2 allows at most ten minutes. */
  code: 60,
  /** The code of a device's flow: the device asks for it in its own time. */
  deviceCode: 15 * 60,
  accessToken: 60 * 60,
  /** For connections registered with long-lived tokens: in effect until revoked. */
  longLivedAccessToken: 100 * 365 * day,
  /** An unused refresh token expires after this… */
  refreshIdle: 90 * day,
  /** …and its family after this, however often it is refreshed: the member must then allow access again. */
  refreshAbsolute: 365 * day,
  /** A refresh may be retried for this long (a lost response, concurrent workers). */
  refreshGrace: 60,
  /** From the partner's redirect to the member's decision. */
  interaction: 60 * 60,
} as const

/** Seconds; an authorization outlives every token that it may issue. */
export function authorizationLifetime(longLivedTokens: boolean): number {
  return longLivedTokens ? lifetimes.longLivedAccessToken : lifetimes.refreshAbsolute + lifetimes.accessToken
}
