/** Step two as a whole, and the start of each of its controls. */
import type { Faults } from '../frame/error-pages.ts'
import type { Render } from '../frame/render.ts'
import type { WebContext } from '../http/state.ts'
import type { Pressed } from '../picker/controls.ts'
import { type Drafts, type Picks, picksOf, withPicks } from '../picker/draft.ts'
import { readTreeOrResults } from '../picker/lists.ts'
import { type PickerLists, workspaceHeadings } from '../picker/picker.ts'
import type { CountLimits, InstallContext, PickerPage, PickerReadings } from '../picker/readings.ts'
import { sumOf } from '../picker/sum.ts'
import { urls } from '../urls.ts'
import { switcherOf } from './chosen-workspace.ts'
import type { Arrival, Flow, FlowState } from './flow.ts'
import type { FlowLog } from './flow-log.ts'
import { pagesPage, pagesView } from './pages-page.ts'

export type PickerNeeds = {
  render: Render
  faults: Faults
  readings: PickerReadings
  countLimits: CountLimits
  flow: Flow
  drafts: Drafts
  log: FlowLog
  now(): Date
}

/** Step two, drawn from the draft. `problem`: the fault of the attempt before, if any. */
export async function showPages(
  needs: PickerNeeds,
  ctx: WebContext,
  state: FlowState,
  problem: string | null,
): Promise<void> {
  const { request, choices, chosen, draft } = state
  if (chosen?.may.kind !== 'yes') return needs.flow.lead(ctx, urls.flow(request.uid))
  const { workspace } = chosen
  const wished = await readWished(needs, state, workspace.id)
  const kept = picksOf(draft, workspace.id)
  const picks = { ...kept, ticked: kept.ticked ?? wished.ticks }
  const { lists, reading } = await readLists(needs, state, workspace, picks)
  const sum = sumOf(reading, needs.countLimits)
  needs.render.screen(
    ctx,
    pagesView,
    pagesPage({ state, chosen, lists, reading, wished: wished.pages, sum, picks, problem, now: needs.now() }),
    {
      frame: 'flow',
      title: `Select pages for ${choices.connection.name}`,
      switcher: switcherOf(choices, workspace, {
        formId: 'flow',
        action: urls.flowWorkspace(request.uid),
        enter: urls.picker.search(urls.flowPages(request.uid)),
      }),
    },
  )
}

/**
 * The pages of this workspace that the partner asks for and the member reaches; `ticks`: with them, until the member changes the
 * choice, the pages that the connection can reach now. null: it asks for none of here.
 */
async function readWished(
  { readings }: PickerNeeds,
  { request, user }: FlowState,
  workspaceId: string,
): Promise<{ pages: PickerPage[]; ticks: string[] | null }> {
  if (request.wishedPages.length === 0) return { pages: [], ticks: null }
  const context = { workspaceId, userId: user.id, connectionId: request.connectionId }
  const { ticked, granted } = await readings.picker({ ...context, ticked: request.wishedPages, lists: null })
  return { pages: ticked, ticks: ticked.length > 0 ? [...granted, ...ticked].map(page => page.id) : null }
}

/** The lists alone, as the draft has them. Null: answered already, or the user has no workspace. */
export async function readStepLists(needs: PickerNeeds, ctx: WebContext): Promise<PickerLists | null> {
  const state = await needs.flow.load(ctx)
  if (!state?.chosen) return null
  const { workspace } = state.chosen
  return (await readLists(needs, state, workspace, picksOf(state.draft, workspace.id))).lists
}

function readLists(
  needs: PickerNeeds,
  arrival: Arrival,
  workspace: { id: string; name: string },
  picks: Picks,
) {
  const base = urls.flowPages(arrival.request.uid)
  return readTreeOrResults(
    needs,
    base,
    workspaceHeadings(workspace.name),
    contextOf(arrival, workspace.id),
    picks,
  )
}

/** Keeps the ticks, and the values of `change`. Null: answered already. */
export async function press(
  { flow, drafts }: PickerNeeds,
  ctx: WebContext,
  change?: (picks: Picks) => Partial<Picks>,
): Promise<Pressed | null> {
  const arrival = await flow.arrive(ctx)
  const form = arrival && flow.form(ctx)
  if (!arrival || !form) return null
  const { request, user, draft } = arrival
  const { workspaceId, ticked } = form
  if (draft.workspaceId !== workspaceId) return flow.elsewhere(ctx)
  const kept = withPicks(draft, workspaceId, { ticked, ...change?.(picksOf(draft, workspaceId)) })
  if (change) await drafts.write(request, user.id, kept)
  else await drafts.writeTicks(request, user.id, kept)
  const base = urls.flowPages(request.uid)
  return { base, screen: base, context: contextOf(arrival, workspaceId), picks: picksOf(kept, workspaceId) }
}

function contextOf({ request, user }: Arrival, workspaceId: string): InstallContext {
  return { workspaceId, userId: user.id, connectionId: request.connectionId }
}
