/** Outcomes that a developer forces at the token endpoint; nothing here has effect outside of a sandbox. */
import type { ForceOutcome, TestOutcome } from '../../installs/forced-outcome.ts'
import { testRetryAfter } from '../../installs/forced-outcome.ts'
import type { Source } from '../library/exchange.ts'
import type { KeptCode } from '../ports.ts'
import { OAuthRefusal, tooManyRequests } from './oauth-refusal.ts'

type Needs = { forceOutcome: ForceOutcome }

/**
 * What was issued to another client is not this one's to try things on: it is refused as ever.
 * @returns whether what was read must be read again.
 * @throws OAuthRefusal 429 and 503, where they are asked for.
 */
export async function forceInSandbox(
  needs: Needs,
  outcome: TestOutcome | null,
  source: Source,
  clientId: string,
): Promise<boolean> {
  if (!outcome || source.kind === 'none' || source.kept?.connectionId !== clientId) return false
  const { place } = source.kept
  const forced = await needs.forceOutcome(outcome, {
    workspaceId: place.workspaceId,
    installationId: source.kind === 'refresh' ? source.kept.installation.id : null,
    token: source.kind === 'refresh' ? { kind: 'refresh', hash: source.hash } : null,
  })
  if (!forced) return false
  if (outcome === 'rate-limited') throw tooManyRequests(testRetryAfter)
  if (outcome === 'unavailable')
    throw new OAuthRefusal(
      503,
      'temporarily_unavailable',
      'The service cannot answer right now; try again.',
      testRetryAfter,
    )
  return true
}

/** The flow asked that its installation reach no page: as if the member had taken all of them away in the same moment. */
export async function withoutPages(needs: Needs, code: KeptCode, installationId: string): Promise<void> {
  if (code.payload.test !== 'no-pages') return
  const { workspaceId } = code.place
  await needs.forceOutcome('no-pages', { workspaceId, installationId, token: null })
}
