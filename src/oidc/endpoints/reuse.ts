/** Handles the reuse of a code or a refresh token. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Exchange } from '../library/exchange.ts'
import type { EndedFamily, TokenStore, Trace } from '../ports.ts'
import { earliestSendTime } from './request-timing.ts'

/** The longest burst of concurrent redemptions by one client, on a busy machine. */
const burstMs = 2_000
/** How long to wait for the other requests of a burst. */
const patienceMs = 250

/** The weight of a request that certainly raced the winner; two that only may have raced weigh as much. */
export const certainBurst = 2

/**
 * Reuse means that a code or token may be stolen, so the family ends (RFC 6749 §4.1.2, RFC 9700 §4.14.2). Concurrent redemptions
 * of one code by one client are exempt: they were sent before the winner was answered, or several arrive together soon after.
 * A request that arrives soon after the winner therefore waits for others before it ends the family.
 * @returns what ended; null when the request was exempt.
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
