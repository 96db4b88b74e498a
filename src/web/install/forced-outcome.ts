import { readTestOutcome, testParameter } from '../../installs/forced-outcome.ts'
import type { WebContext } from '../http/state.ts'
import type { Flow, FlowState } from './flow.ts'

export type ForcedOutcomeNeeds = {
  flow: Flow
  /** Keeps members of this persona's sandbox waiting for an approval, or stops doing so. */
  holdForApproval(personaId: string, wanted: boolean): Promise<void>
  cancel(ctx: WebContext): Promise<void>
}

/**
 * Brings about what the request forces, where somebody of a sandbox has arrived; such a person is in no other workspace. For
 * everyone else the parameter is as good as not there.
 * @returns the arrival as it is then; null: answered already.
 */
export async function forceInSandbox(
  needs: ForcedOutcomeNeeds,
  ctx: WebContext,
  state: FlowState,
): Promise<FlowState | null> {
  if (!ctx.state.acting) return state
  const outcome = readTestOutcome(state.request.parameters[testParameter])
  if (outcome === 'user-cancels') {
    await needs.cancel(ctx)
    return null
  }
  await needs.holdForApproval(state.user.id, outcome === 'approval-pending')
  return needs.flow.load(ctx)
}
