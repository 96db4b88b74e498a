import { readTestOutcome, testParameter } from '../../installs/forced-outcome.ts'
import type { WebContext } from '../http/state.ts'
import type { Flow, FlowState } from './flow.ts'

export type ForcedOutcomeNeeds = {
  flow: Flow
  /** Makes members of this persona's sandbox need an approval, or lifts that. */
  holdForApproval(personaId: string, wanted: boolean): Promise<void>
  cancel(ctx: WebContext): Promise<void>
}

/**
 * Forces the outcome that the request asks for, where the user is a persona of a sandbox; such a user is in no other workspace.
 * For everyone else the parameter is ignored.
 * @returns the state after it; null: answered already.
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
