/** A member whom the policy stops asks an owner, from within the flow. */
import Router from '@koa/router'
import type { forgetStopped } from '../../installs/actions/forget-stopped.ts'
import type { requestApproval } from '../../installs/actions/request-approval.ts'
import { sentenceLimit } from '../../installs/approval.ts'
import { mayRequestApproval } from '../../installs/policy.ts'
import type { Faults } from '../frame/error-pages.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import type { MyRequest } from '../settings/my-requests/readings.ts'
import { urls } from '../urls.ts'
import { type ApprovalAsk, approvalAsk, type Unsent } from './approval-page.ts'
import { type Flow, type FlowState, signedInAgain } from './flow.ts'

export type ApprovalNeeds = {
  requestApproval: ReturnType<typeof requestApproval>
  /** After the flow was cancelled: the partner has its answer. */
  forgetStopped: ReturnType<typeof forgetStopped>
  /** The newest that this member made for this connection there, if any. */
  latestRequest(workspaceId: string, userId: string, connectionId: string): Promise<MyRequest | null>
}

/** The form that asks an owner, on the screen of a refusal; null where asking would not help. */
export async function askFor(
  needs: ApprovalNeeds,
  { request, user, chosen }: FlowState,
  unsent: Unsent | null,
  now: Date,
): Promise<ApprovalAsk | null> {
  if (!chosen || mayRequestApproval(chosen.workspace.placement).kind === 'no') return null
  const latest = await needs.latestRequest(chosen.workspace.id, user.id, request.connectionId)
  return approvalAsk({ uid: request.uid, workspace: chosen.workspace, latest, unsent, now })
}

export function approvalRoutes(
  needs: ApprovalNeeds & {
    faults: Faults
    flow: Flow
    /** Shows step one again, with the request that could not be sent. */
    showStepOne(ctx: WebContext, state: FlowState, unsent: Unsent): Promise<void>
  },
): Router<WebState> {
  const router = new Router<WebState>()
  const { faults, flow } = needs

  router.post('/install/:uid/request-approval', async ctx => {
    const state = await flow.load(ctx)
    const form = state && flow.form(ctx)
    if (!state || !form) return
    const { request, user, chosen } = state
    if (chosen?.workspace.id !== form.workspaceId) return void flow.elsewhere(ctx)
    const reason = ctx.state.form.get('reason') ?? ''
    if (ctx.state.formOrigin !== 'this-session') {
      ctx.status = 409
      return needs.showStepOne(ctx, state, { reason, problem: signedInAgain })
    }
    const context = {
      workspaceId: chosen.workspace.id,
      actorId: user.id,
      address: ctx.ip || null,
      requestId: ctx.state.requestId,
    }
    const { connectionId, capabilities, parameters } = request
    const outcome = await needs.requestApproval(context, { connectionId, capabilities, parameters, reason })
    switch (outcome.kind) {
      case 'waiting':
        return seeOther(ctx, urls.myRequest.show(chosen.workspace.id, outcome.id))
      case 'refused':
        // The policy changed meanwhile, and an approval is no longer needed.
        if (outcome.code === 'approval-not-needed') return seeOther(ctx, urls.flow(request.uid))
        return faults.refuse(ctx, outcome.code)
      default:
        ctx.status = 400
        return needs.showStepOne(ctx, state, { reason, problem: problems[outcome.kind] })
    }
  })
  return router
}

const problems = {
  'reason-missing': 'Say in a sentence what you need it for.',
  'reason-too-long': `Shorten this to ${sentenceLimit} characters.`,
}
