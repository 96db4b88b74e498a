/** Handles the reuse of a code or a refresh token. */
import { hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Exchange, Source } from '../library/exchange.ts'
import { lifetimes } from '../library/lifetimes.ts'
import type { EndedFamily, FamilyEndings, TokenReadings, Trace } from '../ports.ts'
import type { Fields } from './request-body.ts'
import { earliestSendTime } from './request-timing.ts'

/** The longest burst of concurrent redemptions by one client, on a busy machine. */
const burstMs = 2_000
/** How long to wait for the other requests of a burst. */
const patienceMs = 250

/** The weight of a request that certainly raced the winner; two that only may have raced weigh as much. */
export const certainBurst = 2

/**
 * Whether a redeemed code is presented again because the response was lost: within its lifetime, by its client, with the same
 * redirect URI and verifier, before either of its tokens was used. The client then gets the same tokens.
 * Requests that raced the winner are not repeats: one of a burst succeeds.
 */
export async function isRetry(
  store: TokenReadings & FamilyEndings,
  request: IncomingMessage,
  clientId: string,
  fields: Fields,
  source: Source,
  now: Date,
): Promise<boolean> {
  if (source.kind !== 'code' || !source.kept?.first || !source.tokens) return false
  const { connectionId, first, consumedAt, issuedAt, payload } = source.kept
  if (connectionId !== clientId || first.used || first.contested) return false
  if (now.getTime() >= issuedAt.getTime() + lifetimes.code * 1000) return false
  if (fields.redirect_uri !== undefined && fields.redirect_uri !== payload.redirectUri) return false
  if (challengeOf(fields.code_verifier) !== payload.codeChallenge) return false
  const usedAt = consumedAt?.getTime() ?? 0
  if ((earliestSendTime(request) ?? now.getTime()) <= usedAt) return false
  if (now.getTime() - usedAt >= burstMs) return true
  await store.countRivals(source.hash, 1)
  await pause(patienceMs)
  const { code } = await store.readCode(clientId, source.hash)
  return code?.first?.contested === false
}

/** The S256 challenge of a verifier (RFC 7636 §4.2). */
const challengeOf = (verifier: string | undefined) => verifier && hash('sha256', verifier, 'base64url')

/**
 * Reuse means that a code or token may be stolen, so the family ends (RFC 6749 §4.1.2, RFC 9700 §4.14.2). Concurrent redemptions
 * of one code by one client are exempt: they were sent before the winner was answered, or several arrive together soon after.
 * A request that arrives soon after the winner therefore waits for others before it ends the family.
 * @returns the ended authorization; null when the request was exempt.
 */
export async function answerReuse(
  store: FamilyEndings,
  request: IncomingMessage,
  { source, now }: Exchange,
  trace: Trace,
): Promise<EndedFamily | null> {
  if (source.kind === 'none' || !source.kept) return null
  const { grantId, consumedAt } = source.kept
  if (source.kind === 'refresh')
    return store.endFamily(grantId, 'refresh-token.reused', trace, {
      parent: source.hash,
      unlessContested: false,
    })
  const usedAt = consumedAt?.getTime() ?? 0
  if ((earliestSendTime(request) ?? now.getTime()) <= usedAt) {
    await store.countRivals(source.hash, certainBurst)
    return null
  }
  const maybeBurst = now.getTime() - usedAt < burstMs
  if (maybeBurst) {
    await store.countRivals(source.hash, 1)
    await pause(patienceMs)
  }
  return store.endFamily(grantId, 'code.reused', trace, { parent: null, unlessContested: maybeBurst })
}
