/** Step two of the flow: entering it and leaving it. Its controls are in picker-controls.ts. */
import Router from '@koa/router'
import type { WebContext, WebState } from '../http/state.ts'
import { pickerControls } from '../picker/controls.ts'
import { urls } from '../urls.ts'
import { badDate, daysOf, readEnd } from './access-ends.ts'
import { readDeclined, withDeclined } from './consent-levels.ts'
import { uidOf } from './flow.ts'
import { type PickerNeeds, press, readStepLists, showPages } from './picker-screen.ts'
import { type StepOneNeeds, showStepOne } from './step-one.ts'

export function pickerRoutes(needs: PickerNeeds & StepOneNeeds): Router<WebState> {
  const router = new Router<WebState>()
  router.post('/install/:uid/pages', ctx => select(needs, ctx))
  router.get('/install/:uid/pages', ctx => arrive(needs, ctx))
  router.post('/install/:uid/back', ctx => goBack(needs, ctx))
  const controls = pickerControls('/install/:uid/pages', {
    ...needs,
    press: (ctx, change) => press(needs, ctx, change),
    lists: ctx => readStepLists(needs, ctx),
  })
  router.use(controls.routes())
  return router
}

/** From step one: the workspace that it showed is the chosen one. */
async function select(needs: PickerNeeds & StepOneNeeds, ctx: WebContext): Promise<void> {
  const { flow, drafts, log } = needs
  const state = await flow.load(ctx)
  const form = state && flow.form(ctx)
  if (!state || !form) return
  const { request, user, draft, chosen } = state
  const { workspaceId } = form
  if (chosen?.workspace.id !== workspaceId) return void flow.elsewhere(ctx)
  const declined = readDeclined(ctx.state.form, request, chosen.workspace)
  const end = readEnd(ctx.state.form)
  if (!declined || !end) return needs.faults.badForm(ctx, 'malformed')
  if (request.capabilities.every(one => declined.includes(one))) {
    ctx.status = 400
    const shown = { ...state, draft: withDeclined(draft, workspaceId, declined) }
    return showStepOne(needs, ctx, shown, { problem: nothingTicked })
  }
  if (daysOf(end, needs.now()) === 'bad') {
    ctx.status = 400
    const shown = { ...state, draft: { ...withDeclined(draft, workspaceId, declined), end } }
    return showStepOne(needs, ctx, shown, { dateProblem: badDate })
  }
  await drafts.write(request, user.id, { ...withDeclined(draft, workspaceId, declined), end, workspaceId })
  log.step(ctx, request, { kind: 'workspace', workspaceId })
  flow.lead(ctx, urls.flowPages(request.uid))
}

const nothingTicked = 'Tick at least one access level, or cancel: there is nothing to allow otherwise.'

async function arrive(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const state = await needs.flow.load(ctx)
  if (!state) return
  const { request, user, draft, chosen } = state
  const workspaceId = chosen?.workspace.id ?? null
  if (workspaceId !== draft.workspaceId) await needs.drafts.write(request, user.id, { ...draft, workspaceId })
  await showPages(needs, ctx, state, null)
}

async function goBack(needs: PickerNeeds, ctx: WebContext): Promise<void> {
  const pressed = await press(needs, ctx)
  if (pressed) needs.flow.lead(ctx, urls.flow(uidOf(ctx)))
}
