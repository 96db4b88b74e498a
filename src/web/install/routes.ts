/** The flow: step one (who asks for what, and where), and how it ends. Step two is in picker-routes.ts. */
import Router from '@koa/router'
import type { allowAccess, Chosen } from '../../installs/actions/allow-access.ts'
import type { Consent } from '../../installs/consent.ts'
import type { NoteFlowStep } from '../../installs/flow-log.ts'
import { readUuid } from '../../installs/ids.ts'
import type { RefusalCode } from '../../installs/refusal.ts'
import { refusals } from '../frame/refusals.ts'
import { type OnePress, type OnePressNeeds, onePress } from '../http/double-submit.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { drafts, withPicks } from '../picker/draft.ts'
import type { FlowDescription } from '../sign-in/page.ts'
import { urls } from '../urls.ts'
import { type ApprovalNeeds, approvalRoutes } from './approval.ts'
import { type FlowState, flow } from './flow.ts'
import { noted } from './flow-log.ts'
import { forceInSandbox, type TestedNeeds } from './forced-outcome.ts'
import type { Interactions } from './interactions.ts'
import { logoOf } from './page.ts'
import { pickerRoutes } from './picker-routes.ts'
import { type PickerNeeds, showPages } from './picker-screen.ts'
import type { InstallReadings } from './readings.ts'
import { type StepOneNeeds, showStepOne } from './step-one.ts'

export type InstallNeeds = Omit<StepOneNeeds & PickerNeeds, 'flow' | 'drafts' | 'noted'> & {
  interactions: Interactions
  readings: InstallReadings
  /** Where drafts are kept between steps. */
  store: Parameters<typeof drafts>[0] & OnePressNeeds
  allowAccess: ReturnType<typeof allowAccess>
  approval: ApprovalNeeds
  holdForApproval: TestedNeeds['holdForApproval']
  /** The log of the connection's developer. */
  note: NoteFlowStep
  now(): Date
}

export type Install = {
  router: Router<WebState>
  /** For the sign-in in front of a flow; null when nothing is known of it. */
  describe(ctx: WebContext, uid: string): Promise<FlowDescription | null>
}

type Parts = InstallNeeds & Pick<PickerNeeds, 'flow' | 'drafts' | 'noted'> & { onePress: OnePress }

export function install(needs: InstallNeeds): Install {
  const kept = drafts(needs.store, needs.now)
  const parts: Parts = {
    ...needs,
    drafts: kept,
    flow: flow({ ...needs, drafts: kept }),
    noted: noted(needs.note, needs.now),
    onePress: onePress(needs.store),
  }
  const router = new Router<WebState>()
  router.get('/install/:uid', async ctx => {
    const facing = await parts.flow.face(ctx)
    if (facing) await arrive(parts, ctx, facing)
  })
  router.post('/install/:uid/workspace', ctx => switchWorkspace(parts, ctx))
  router.post('/install/:uid/allow', ctx => allow(parts, ctx))
  router.post('/install/:uid/cancel', ctx => cancel(parts, ctx))
  router.use(pickerRoutes(parts).routes())
  const ask = { faults: needs.faults, flow: parts.flow, ...needs.approval }
  router.use(approvalRoutes({ ...ask, showStepOne: (...facing) => showStepOne(parts, ...facing) }).routes())
  return { router, describe: (_ctx, uid) => describe(parts, uid) }
}

async function arrive(needs: Parts, ctx: WebContext, arrived: FlowState): Promise<void> {
  const facing = await forceInSandbox({ ...needs, cancel: () => cancel(needs, ctx) }, ctx, arrived)
  if (!facing) return
  const { request, place } = facing
  // "Use another account" leads from here to the sign-in, which says whom it is for.
  await needs.drafts.introduce(request)
  needs.noted.arrival(ctx, request)
  if (place?.may.kind === 'no') needs.noted.refusal(ctx, request, place.workspace.id, place.may.because)
  await showStepOne(needs, ctx, facing)
}

/** From step one or two: what was ticked stays with the workspace that it was ticked in. */
async function switchWorkspace(needs: Parts, ctx: WebContext): Promise<void> {
  const facing = await needs.flow.face(ctx)
  const form = facing && needs.flow.form(ctx)
  if (!facing || !form) return
  const { request, user, choices } = facing
  const chosen = readUuid(ctx.state.form.get('workspace'))
  const isTheirs = (id: string | null) => choices.workspaces.some(one => one.id === id)
  if (!isTheirs(chosen) || !isTheirs(form.workspaceId)) return needs.faults.refuse(ctx, 'not-a-member')
  const atPages = ctx.state.form.get('step') === 'pages'
  const draft = atPages ? withPicks(facing.draft, form.workspaceId, { ticked: form.ticked }) : facing.draft
  await needs.drafts.write(request, user.id, { ...draft, workspaceId: chosen })
  seeOther(ctx, atPages ? urls.flowPages(request.uid) : urls.flow(request.uid))
}

async function allow(needs: Parts, ctx: WebContext): Promise<void> {
  const facing = await needs.flow.face(ctx)
  const form = facing && needs.flow.form(ctx)
  if (!facing || !form) return
  const { request, user, draft, place } = facing
  const { workspaceId, ticked } = form
  if (place?.workspace.id !== workspaceId) return void needs.flow.elsewhere(ctx)
  const filled = { ...withPicks(draft, workspaceId, { ticked }), workspaceId }
  const [first, ...others] = ticked
  if (!first) {
    await needs.drafts.write(request, user.id, filled)
    ctx.status = 400
    return showPages(needs, ctx, { ...facing, draft: filled }, nothingTicked)
  }
  const press = ['allow', request.uid, user.id, workspaceId, ...ticked.toSorted()]
  const to = await needs.onePress(press, async () => {
    await needs.drafts.write(request, user.id, filled)
    return allowOnce(needs, ctx, facing, chosenIn(ctx, facing, workspaceId, [first, ...others]))
  })
  if (to) seeOther(ctx, to)
}

/** @returns where the browser goes on; null: nowhere, and why is answered already. */
async function allowOnce(
  needs: Parts,
  ctx: WebContext,
  facing: FlowState,
  chosen: Chosen,
): Promise<string | null> {
  const { request } = facing
  const { workspaceId } = chosen
  const outcome = await needs.allowAccess(chosen)
  if (outcome.kind === 'refused') {
    needs.noted.refusal(ctx, request, workspaceId, outcome.code)
    await refuse(needs, ctx, facing, outcome.code)
    return null
  }
  needs.noted.step(ctx, request, { kind: 'pages', workspaceId })
  return finish(needs, ctx, outcome.consent)
}

const nothingTicked = 'Tick at least one page: the connection reaches only what you tick.'

/** Sends the browser on to the partner. Another tab may have answered meanwhile: then this answer counts for nothing. */
async function finish(needs: Parts, ctx: WebContext, consent: Consent): Promise<string | null> {
  const request = await needs.interactions.read(ctx)
  if (!request) return needs.flow.over(ctx)
  await needs.interactions.finish(ctx, consent)
  const { userId, connectionId, workspaceId } = consent
  await needs.drafts.answered(request.uid, userId, { answer: 'allowed', connectionId, workspaceId })
  return ctx.response.get('Location')
}

/** What forbids it in the whole workspace is said by step one, what is wrong with the pages by a page of its own. */
async function refuse(needs: Parts, ctx: WebContext, facing: FlowState, code: RefusalCode): Promise<void> {
  const words = refusals[code]
  ctx.status = words.status
  if (facing.place?.may.kind === 'no') return showStepOne(needs, ctx, facing)
  needs.faults.show(ctx, words, { label: 'Choose pages again', href: urls.flowPages(facing.request.uid) })
}

/** Also before the sign-in, and for a user who may install nothing. */
async function cancel(needs: Parts, ctx: WebContext): Promise<void> {
  const request = await needs.interactions.read(ctx)
  if (!request) return void (await needs.flow.over(ctx))
  await needs.interactions.cancel(ctx)
  const { user, requestId } = ctx.state
  const { connectionId } = request
  const answered = { answer: 'cancelled', connectionId, workspaceId: null } as const
  await needs.drafts.answered(request.uid, user?.id ?? null, answered)
  if (user)
    await needs.approval.forgetStopped({ userId: user.id, address: ctx.ip || null, requestId }, request)
}

async function describe({ drafts, readings }: Parts, uid: string): Promise<FlowDescription | null> {
  const introduction = await drafts.introduction(uid)
  const connection = introduction && (await readings.connection(introduction.connectionId))
  if (!connection) return null
  const { id, name, verified } = connection
  return { connection: { id, name, verified, logo: logoOf(connection) }, loginHint: introduction.loginHint }
}

function chosenIn(
  ctx: WebContext,
  { request, user }: FlowState,
  workspaceId: string,
  pages: Chosen['pages'],
): Chosen {
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
