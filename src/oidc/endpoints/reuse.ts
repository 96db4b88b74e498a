/** A code or a refresh token was presented that was used before. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Exchange } from '../library/exchange.ts'
import type { EndedFamily, TokenStore, Trace } from '../ports.ts'
import { arrivedAt } from './request-timing.ts'

/** A client that redeems twenty times at once does not take longer over it, however busy the machines are. */
const burstMs = 2_000
/** In this time the others of a burst have shown. */
const patienceMs = 250

/** What one request counts for that is known to have raced: as much as several that seem late. */
export const certainBurst = 2

/**
 * Whoever has a used one may be a thief, or the thief was there first: the family ends (RFC 6749 §4.1.2, RFC 9700 §4.14.2).
 * A code that a clumsy client redeemed many times at once was not stolen, though, and its winner's tokens live. That it was
 * at once shows in requests that set out before the winner was done, or in several that come late together; so one that
 * comes soon after the winner waits a moment for others to show.
 * @returns what ended; null: nothing was tried.
 */
export async function answerReuse(
  store: Pick<TokenStore, 'countRivals' | 'endFamily'>,
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
  if ((arrivedAt(request) ?? now.getTime()) <= usedAt) {
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
