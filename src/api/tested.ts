import type { PresentedToken } from '../installs/bearer.ts'
import { readTestOutcome, testRetryAfter } from '../installs/forced-outcome.ts'
import type { ApiNeeds } from './needs.ts'
import { ApiRefusal } from './refusals.ts'

/** Forced while a token is in use, rather than while it is got. */
const here = ['token-revoked', 'access-narrowed', 'rate-limited', 'unavailable']

/**
 * Brings about what the developer asks for with the header `Latchkey-Test`, if his token reaches into a sandbox; costs a call
 * without the header nothing.
 * @throws ApiRefusal 429 and 503, where they are asked for.
 */
export async function forceInSandbox(
  needs: Pick<ApiNeeds, 'access' | 'forceOutcome' | 'now'>,
  token: PresentedToken,
  header: string,
): Promise<void> {
  const outcome = readTestOutcome(header)
  if (!outcome || !here.includes(outcome) || token.kind !== 'access') return
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
