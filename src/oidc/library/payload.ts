/** Converts the library's models to stored payloads and back. */
import type { Payload } from '../ports.ts'

/** The members of a model that are columns. */
export type RowFacts = {
  connectionId: string
  userId: string
  grantId: string
  issuedAt: Date
  expiresAt: Date
}

/**
 * The part of a payload to store: without the token value (`jti`), members that are columns, and the browser session, on which
 * no token depends.
 */
export function keptPayload(payload: Payload): Payload {
  const {
    jti: _secret,
    kind: _kind,
    clientId: _client,
    accountId: _account,
    grantId: _grant,
    iat: _issued,
    exp: _expires,
    sessionUid: _session,
    sid: _sid,
    authTime: _signIn,
    expiresWithSession: _never,
    ...kept
  } = payload
  return kept
}

/** Restores the payload that the library stored under `id`. */
export function wholePayload(kind: string, id: string, row: RowFacts, kept: Payload): Payload {
  return {
    ...kept,
    kind,
    jti: id,
    clientId: row.connectionId,
    accountId: row.userId,
    grantId: row.grantId,
    iat: seconds(row.issuedAt),
    exp: seconds(row.expiresAt),
  }
}

/** An authorization as the library's grant. */
export function grantPayload(row: Omit<RowFacts, 'issuedAt'>, scope: string): Payload {
  return {
    kind: 'Grant',
    jti: row.grantId,
    clientId: row.connectionId,
    accountId: row.userId,
    exp: seconds(row.expiresAt),
    openid: { scope },
  }
}

export const seconds = (at: Date): number => Math.floor(at.getTime() / 1000)
