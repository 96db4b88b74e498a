import type { PresentedToken } from '../installs/bearer.ts'
import { type ForceOutcome, readTestOutcome, testRetryAfter } from '../installs/forced-outcome.ts'
import type { AccessReadings } from './ports.ts'
import { ApiRefusal } from './refusals.ts'

export type ForcedOutcomeNeeds = {
  access: AccessReadings
  forceOutcome: ForceOutcome
  now(): Date
}

/** The outcomes that concern the use of a token; the others concern how it is obtained. */
const outcomesOfUse = ['token-revoked', 'access-narrowed', 'rate-limited', 'unavailable']

/**
 * Forces the outcome that the header `Latchkey-Test` asks for, if the token reaches into a sandbox. Calls without the header
 * make no extra query.
 * @throws ApiRefusal `rate_limited` and `service_unavailable`, where they are asked for.
 */
export async function forceInSandbox(
  needs: ForcedOutcomeNeeds,
  token: PresentedToken,
  header: string,
): Promise<void> {
  const outcome = readTestOutcome(header)
  if (!outcome || !outcomesOfUse.includes(outcome) || token.kind !== 'access') return
  const bearer = await needs.access.bearer(token, needs.now())
  if (!bearer) return
  const { workspaceId, installationId } = bearer
  const about = { workspaceId, installationId, token: { kind: 'access', hash: token.hash } } as const
  if (!(await needs.forceOutcome(outcome, about))) return
  const extra = { retryAfterSeconds: testRetryAfter }
  if (outcome === 'rate-limited')
    throw new ApiRefusal(
      'rate_limited',
      `This token has made too many calls. Please wait ${testRetryAfter} s.`,
      extra,
    )
  if (outcome === 'unavailable')
    throw new ApiRefusal('service_unavailable', 'The server cannot answer just now. Please try again.', extra)
}
