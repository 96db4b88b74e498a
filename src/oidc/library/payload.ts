/** The library's models, as they are kept and as they come back. */
import type { Payload } from '../ports.ts'

/** What the row of a model says by its columns. */
export type RowFacts = {
  connectionId: string
  userId: string
  grantId: string
  issuedAt: Date
  expiresAt: Date
}

/**
 * What of a payload is kept beside the row: not the value itself (`jti`), nothing that a column says, and nothing of a
 * browser's session, which no token of ours depends on.
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

/** The payload as the library gave it, to be found under `id`. */
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

/** The grant that an authorization is for the library. */
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
