/** Test outcomes at the token endpoint; they apply in sandboxes only. */
import type { ForceOutcome, TestOutcome } from '../../installs/forced-outcome.ts'
import { testRetryAfter } from '../../installs/forced-outcome.ts'
import type { Source } from '../library/exchange.ts'
import type { KeptCode } from '../ports.ts'
import { tooManyRequests, unavailable } from './oauth-refusal.ts'

type Needs = { forceOutcome: ForceOutcome }

/**
 * Ignored for a code or token of another client.
 * @returns whether the source must be read again.
 * @throws OAuthRefusal 429 or 503, when one of them is requested.
 */
export async function forceInSandbox(
  needs: Needs,
  outcome: TestOutcome | null,
  source: Source,
  clientId: string,
): Promise<boolean> {
  if (!outcome || source.kind === 'none' || source.kept?.connectionId !== clientId) return false
  const { owner } = source.kept
  const forced = await needs.forceOutcome(outcome, {
    workspaceId: owner.workspaceId,
    installationId: source.kind === 'refresh' ? source.kept.installation.id : null,
    token: source.kind === 'refresh' ? { kind: 'refresh', hash: source.hash } : null,
  })
  if (!forced) return false
  if (outcome === 'rate-limited') throw tooManyRequests(testRetryAfter)
  if (outcome === 'unavailable') throw unavailable(testRetryAfter)
  return true
}

/** Removes all pages of the new installation, where the flow asked for the outcome `no-pages`. */
export async function withoutPages(needs: Needs, code: KeptCode, installationId: string): Promise<void> {
  if (code.payload.test !== 'no-pages') return
  const { workspaceId } = code.owner
  await needs.forceOutcome('no-pages', { workspaceId, installationId, token: null })
}
