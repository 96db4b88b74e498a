import { mayRequestApproval } from '../../installs/policy.ts'
import type { Faults } from '../faults.ts'
import type { FlowLayout, Switcher } from '../layout.ts'
import type { Render } from '../render.ts'
import type { WebContext } from '../state.ts'
import { urls } from '../urls.ts'
import type { Facing } from './flow.ts'
import { levelsPage, levelsView, nowherePage, refusedPage, refusedView } from './page.ts'
import { type Place, switcherOf } from './place.ts'
import type { InstallReadings } from './readings.ts'

export type StepOneNeeds = {
  render: Render
  faults: Faults
  readings: Pick<InstallReadings, 'owners'>
  /** The address below the flow that asks an owner for approval; null: approval cannot be asked for. */
  requestApproval: ((uid: string) => string) | null
}

/** Step one where the connection may be installed, else why not. */
export async function showStepOne(needs: StepOneNeeds, ctx: WebContext, facing: Facing): Promise<void> {
  const { render } = needs
  const { request, choices, place } = facing
  const frame = (switcher: Switcher | null): FlowLayout => ({
    frame: 'flow',
    title: `Connect ${choices.connection.name}`,
    switcher,
    formsMayLeave: true,
  })
  if (!place) return render.screen(ctx, refusedView, nowherePage(facing), frame(null))
  const submit = { formId: 'flow', action: urls.flowWorkspace(request.uid), enter: null }
  const layout = frame(switcherOf(choices, place.workspace, submit))
  if (place.may.kind === 'yes') return render.screen(ctx, levelsView, levelsPage(facing, place), layout)
  const owners = await needs.readings.owners(place.workspace.id)
  const approval = approvalAddress(needs, request.uid, place)
  render.screen(ctx, refusedView, refusedPage(facing, place, place.may.because, owners, approval), layout)
}

function approvalAddress({ requestApproval }: StepOneNeeds, uid: string, place: Place): string | null {
  const helps = mayRequestApproval(place.workspace.placement).kind === 'yes'
  return helps && requestApproval ? requestApproval(uid) : null
}
