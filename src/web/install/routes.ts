/** The flow: step one (access levels and workspace), and its end. Step two is in picker-routes.ts. */
import Router from '@koa/router'
import type { allowAccess, Chosen } from '../../installs/actions/allow-access.ts'
import type { Consent } from '../../installs/consent.ts'
import type { NoteFlowStep } from '../../installs/flow-log.ts'
import { readUuid } from '../../installs/ids.ts'
import type { RefusalCode } from '../../installs/refusal.ts'
import { refusals } from '../frame/refusals.ts'
import { type OnePress, type OnePressStore, onePress } from '../http/double-submit.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { logoOf } from '../kit/logo.ts'
import { type Draft, drafts, withPicks } from '../picker/draft.ts'
import type { FlowDescription } from '../sign-in/page.ts'
import { urls } from '../urls.ts'
import { daysOf, readEnd } from './access-ends.ts'
import { type ApprovalNeeds, approvalRoutes } from './approval.ts'
import { declinedIn, readDeclined, withDeclined } from './consent-levels.ts'
import { type FlowState, flow, pressOf, signedInAgain } from './flow.ts'
import { flowLog } from './flow-log.ts'
import { type ForcedOutcomeNeeds, forceInSandbox } from './forced-outcome.ts'
import type { Interactions } from './interactions.ts'
import { pickerRoutes } from './picker-routes.ts'
import { type PickerNeeds, showPages } from './picker-screen.ts'
import type { InstallReadings } from './readings.ts'
import { type StepOneNeeds, showStepOne } from './step-one.ts'

export type InstallNeeds = Omit<StepOneNeeds & PickerNeeds, 'flow' | 'drafts' | 'log'> & {
  interactions: Interactions
  readings: InstallReadings
  /** Drafts, kept between steps. */
  store: Parameters<typeof drafts>[0] & OnePressStore
  allowAccess: ReturnType<typeof allowAccess>
  approval: ApprovalNeeds
  holdForApproval: ForcedOutcomeNeeds['holdForApproval']
  /** The log of the connection's developer. */
  note: NoteFlowStep
  now(): Date
}

export type Install = {
  router: Router<WebState>
  /** For the sign-in before a flow; null for an unknown flow. */
  describe(ctx: WebContext, uid: string): Promise<FlowDescription | null>
}

type Parts = InstallNeeds & PickerNeeds & { onePress: OnePress }

export function install(needs: InstallNeeds): Install {
  const kept = drafts(needs.store, needs.now)
  const parts: Parts = {
    ...needs,
    drafts: kept,
    flow: flow({ ...needs, drafts: kept }),
    log: flowLog(needs.note, needs.now),
    onePress: onePress(needs.store),
  }
  const router = new Router<WebState>()
  router.get('/install/:uid', async ctx => {
    const state = await parts.flow.load(ctx)
    if (state) await arrive(parts, ctx, state)
  })
  router.post('/install/:uid/workspace', ctx => switchWorkspace(parts, ctx))
  router.post('/install/:uid/allow', ctx => allow(parts, ctx))
  router.post('/install/:uid/cancel', ctx => cancel(parts, ctx))
  router.use(pickerRoutes(parts).routes())
  const ask = { faults: needs.faults, flow: parts.flow, ...needs.approval }
  router.use(
    approvalRoutes({
      ...ask,
      showStepOne: (ctx, state, unsent) => showStepOne(parts, ctx, state, { unsent }),
    }).routes(),
  )
  return { router, describe: (_ctx, uid) => describe(parts, uid) }
}

async function arrive(needs: Parts, ctx: WebContext, arrived: FlowState): Promise<void> {
  const state = await forceInSandbox({ ...needs, cancel: () => cancel(needs, ctx) }, ctx, arrived)
  if (!state) return
  const { request, chosen } = state
  // "Use another account" leads from here to the sign-in, which says whom it is for.
  await needs.drafts.introduce(request)
  needs.log.arrival(ctx, request)
  if (chosen?.may.kind === 'no') needs.log.refusal(ctx, request, chosen.workspace.id, chosen.may.because)
  await showStepOne(needs, ctx, state)
}

/** From step one or two: ticks stay with the workspace that they were made in. */
async function switchWorkspace(needs: Parts, ctx: WebContext): Promise<void> {
  const state = await needs.flow.load(ctx)
  const form = state && needs.flow.form(ctx)
  if (!state || !form) return
  const { request, user, choices } = state
  const chosen = readUuid(ctx.state.form.get('workspace'))
  const isTheirs = (id: string | null) => choices.workspaces.some(one => one.id === id)
  if (!isTheirs(chosen) || !isTheirs(form.workspaceId)) return needs.faults.refuse(ctx, 'not-a-member')
  const atPages = ctx.state.form.get('step') === 'pages'
  const draft = atPages
    ? withPicks(state.draft, form.workspaceId, { ticked: form.ticked })
    : levelsKept(needs, ctx, state, form.workspaceId)
  if (!draft) return
  await needs.drafts.write(request, user.id, { ...draft, workspaceId: chosen })
  seeOther(ctx, atPages ? urls.flowPages(request.uid) : urls.flow(request.uid))
}

/** The draft with the levels that step one has ticked in this workspace; null: answered already. */
function levelsKept(needs: Parts, ctx: WebContext, state: FlowState, workspaceId: string): Draft | null {
  const workspace = state.choices.workspaces.find(one => one.id === workspaceId)!
  const declined = readDeclined(ctx.state.form, state.request, workspace)
  const end = readEnd(ctx.state.form)
  if (declined && end) return { ...withDeclined(state.draft, workspaceId, declined), end }
  needs.faults.badForm(ctx, 'malformed')
  return null
}

async function allow(needs: Parts, ctx: WebContext): Promise<void> {
  const state = await needs.flow.load(ctx)
  const form = state && needs.flow.form(ctx)
  if (!state || !form) return
  const { request, user, draft, chosen } = state
  const { workspaceId, ticked } = form
  if (chosen?.workspace.id !== workspaceId) return void needs.flow.elsewhere(ctx)
  const filled = { ...withPicks(draft, workspaceId, { ticked }), workspaceId }
  const [first, ...others] = ticked
  if (!first) {
    await needs.drafts.write(request, user.id, filled)
    ctx.status = 400
    return showPages(needs, ctx, { ...state, draft: filled }, nothingTicked)
  }
  if (ctx.state.formOrigin !== 'this-session') {
    await needs.drafts.write(request, user.id, filled)
    ctx.status = 409
    return showPages(needs, ctx, { ...state, draft: filled }, signedInAgain)
  }
  const declined = declinedIn(request, chosen.workspace, draft)
  const days = daysOf(draft.end, needs.now())
  if (days === 'bad') return void needs.flow.lead(ctx, urls.flow(request.uid))
  const press = ['allow', request.uid, user.id, workspaceId, `${days}`, ...declined, ...ticked.toSorted()]
  const to = await needs.onePress(press, async () => {
    await needs.drafts.write(request, user.id, filled)
    return allowOnce(needs, ctx, state, {
      ...chosenIn(ctx, state, workspaceId, [first, ...others]),
      declined,
      accessDays: days,
    })
  })
  if (to) seeOther(ctx, to)
}

/** @returns the address that the browser goes to; null if a refusal is answered already. */
async function allowOnce(
  needs: Parts,
  ctx: WebContext,
  state: FlowState,
  chosen: Chosen,
): Promise<string | null> {
  const { request } = state
  const { workspaceId } = chosen
  const outcome = await needs.allowAccess(chosen)
  if (outcome.kind === 'refused') {
    needs.log.refusal(ctx, request, workspaceId, outcome.code)
    await refuse(needs, ctx, state, outcome.code)
    return null
  }
  needs.log.step(ctx, request, { kind: 'pages', workspaceId })
  return finish(needs, ctx, outcome.consent)
}

const nothingTicked = 'Tick at least one page: the connection reaches only the pages that you tick.'

/** Redirects the browser to the partner. If another tab has answered meanwhile, this answer is ignored. */
async function finish(needs: Parts, ctx: WebContext, consent: Consent): Promise<string | null> {
  const request = await needs.interactions.read(ctx)
  if (!request) return needs.flow.over(ctx)
  await needs.interactions.finish(ctx, consent)
  const { userId, connectionId, workspaceId } = consent
  await needs.drafts.answered(request.uid, userId, {
    ...{ answer: 'allowed', connectionId, workspaceId },
    press: pressOf({ workspaceId, ticked: consent.pages }),
  })
  return ctx.response.get('Location')
}

/** Step one shows a refusal that covers the workspace; a refusal of the pages has a page of its own. */
async function refuse(needs: Parts, ctx: WebContext, state: FlowState, code: RefusalCode): Promise<void> {
  const words = refusals[code]
  ctx.status = words.status
  if (state.chosen?.may.kind === 'no') return showStepOne(needs, ctx, state)
  const { uid } = state.request
  const isAboutLevels = code === 'capability-required' || code === 'no-capability'
  needs.faults.show(
    ctx,
    words,
    isAboutLevels
      ? { label: 'Choose access levels again', href: urls.flow(uid) }
      : { label: 'Choose pages again', href: urls.flowPages(uid) },
  )
}

/** Also before the sign-in, and for a user who may not install. */
async function cancel(needs: Parts, ctx: WebContext): Promise<void> {
  const request = await needs.interactions.read(ctx)
  if (!request) return void (await needs.flow.over(ctx))
  await needs.interactions.cancel(ctx)
  const { user, requestId } = ctx.state
  const { connectionId } = request
  const answered = { answer: 'cancelled', connectionId, workspaceId: null, press: null } as const
  await needs.drafts.answered(request.uid, user?.id ?? null, answered)
  if (user)
    await needs.approval.forgetStopped({ userId: user.id, address: ctx.ip || null, requestId }, request)
}

async function describe({ drafts, readings }: Parts, uid: string): Promise<FlowDescription | null> {
  const introduction = await drafts.introduction(uid)
  const connection = introduction && (await readings.connection(introduction.connectionId))
  if (!connection) return null
  const { id, name, verified } = connection
  const { loginHint, mustSignIn, maxAge } = introduction
  return {
    connection: { id, name, verified, logo: logoOf(connection) },
    ...{ loginHint, mustSignIn, maxAge },
  }
}

function chosenIn(
  ctx: WebContext,
  { request, user }: FlowState,
  workspaceId: string,
  pages: Chosen['pages'],
): Omit<Chosen, 'declined' | 'accessDays'> {
  return {
    connectionId: request.connectionId,
    userId: user.id,
    capabilities: request.capabilities,
    workspaceId,
    pages,
    address: ctx.ip,
    requestId: ctx.state.requestId,
  }
}
