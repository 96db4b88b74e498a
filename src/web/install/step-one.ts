import type { Faults } from '../frame/error-pages.ts'
import type { FlowLayout, Switcher } from '../frame/layout.ts'
import type { Render } from '../frame/render.ts'
import type { WebContext } from '../http/state.ts'
import { urls } from '../urls.ts'
import { type ApprovalNeeds, askFor } from './approval.ts'
import type { Unsent } from './approval-page.ts'
import { switcherOf } from './chosen-workspace.ts'
import type { FlowState } from './flow.ts'
import { levelsPage, levelsView, nowherePage, refusedPage, refusedView } from './page.ts'
import type { InstallReadings } from './readings.ts'

export type StepOneNeeds = {
  render: Render
  faults: Faults
  readings: InstallReadings
  approval: ApprovalNeeds
  now(): Date
}

/**
 * Step one where the connection may be installed, else the refusal. `unsent`: a request for approval that could not be sent;
 * `problem`: a fault of the ticked levels; `dateProblem`: of the date on which the access ends.
 */
export async function showStepOne(
  needs: StepOneNeeds,
  ctx: WebContext,
  state: FlowState,
  {
    unsent = null,
    problem = null,
    dateProblem = null,
  }: { unsent?: Unsent | null; problem?: string | null; dateProblem?: string | null } = {},
): Promise<void> {
  const { render } = needs
  const { request, choices, chosen } = state
  const frame = (switcher: Switcher | null): FlowLayout => ({
    frame: 'flow',
    title: `Connect ${choices.connection.name}`,
    switcher,
  })
  if (!chosen) return render.screen(ctx, refusedView, nowherePage(state), frame(null))
  const submit = { formId: 'flow', action: urls.flowWorkspace(request.uid), enter: null }
  const layout = frame(switcherOf(choices, chosen.workspace, submit))
  if (chosen.may.kind === 'yes')
    return render.screen(
      ctx,
      levelsView,
      levelsPage(state, chosen, needs.now(), { problem, dateProblem }),
      layout,
    )
  const owners = await needs.readings.owners(chosen.workspace.id)
  const approval = await askFor(needs.approval, state, unsent, needs.now())
  render.screen(ctx, refusedView, refusedPage(state, chosen, chosen.may.because, owners, approval), layout)
}
