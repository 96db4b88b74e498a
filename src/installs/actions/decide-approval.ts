import {
  type ActionContext,
  type ActionNeeds,
  type ActionParts,
  actorOf,
  newEvent,
} from '../action-context.ts'
import {
  type ApprovalRequest,
  type RequestDecision,
  type RequestStatus,
  resumableMs,
  sentenceLimit,
  statusOf,
} from '../approval.ts'
import { type Actor, mayDecideRequest, policyInEffect } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { KeptPolicy } from './set-policy.ts'
import { type SettleStores, settleRequests } from './settle-requests.ts'

export type Decision = { requestId: string; decision: 'approve' | 'decline'; answer: string }

export type DecideApprovalStores = SettleStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Locks the policy before the request, in the same order as every other decision. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  holdRequest(workspaceId: string, id: string): Promise<ApprovalRequest | null>
  decideRequest(
    workspaceId: string,
    id: string,
    state: 'approved' | 'declined',
    decision: RequestDecision,
  ): Promise<void>
  /** @returns false: it was already on the list. */
  addApproval(workspaceId: string, connectionId: string, by: string | null, now: Date): Promise<boolean>
}

/** `too-late`: it was decided or taken back before, or has expired. `answer-missing`: a decline needs a reason. */
export type Decided =
  | { kind: 'approved' | 'declined' | 'unknown' | 'answer-missing' | 'answer-too-long' }
  | { kind: 'too-late'; status: RequestStatus }

/**
 * An owner approves a member's request, which puts the connection on the approved list, installed or not, or declines it with
 * a reason. Of two owners at once the first decides.
 */
export function decideApproval(needs: ActionParts<DecideApprovalStores>) {
  return async (context: ActionContext, decision: Decision): Promise<Decided | Refusal> => {
    const answer = decision.answer.trim()
    return needs.transact(async stores => {
      const rules = await stores.holdPolicy(context.workspaceId)
      const actor = await actorOf(stores, context)
      if (!actor) return { kind: 'unknown' }
      const may = mayDecideRequest(actor)
      if (may.kind === 'no') return refused(may.because)
      if (decision.decision === 'decline' && answer === '') return { kind: 'answer-missing' }
      if ([...answer].length > sentenceLimit) return { kind: 'answer-too-long' }
      const request = rules && (await stores.holdRequest(context.workspaceId, decision.requestId))
      if (!request) return { kind: 'unknown' }
      const status = statusOf(request, needs.now())
      if (status !== 'pending') return { kind: 'too-late', status }
      const state = decision.decision === 'approve' ? 'approved' : 'declined'
      const under = policyInEffect(rules.plan, rules.policy).restrictInstalls
      const at = needs.now()
      await decide(needs, stores, context, request, state, {
        by: context.actorId,
        at,
        expiresAt: new Date(at.getTime() + resumableMs),
        letsIn: state === 'approved' && under === 'owners-only',
        answer: answer || null,
      })
      if (state === 'approved') await settleRequests(needs, stores, context, request.connectionId, under)
      return { kind: state }
    })
  }
}

async function decide(
  needs: ActionNeeds,
  stores: DecideApprovalStores,
  context: ActionContext,
  { workspaceId, id, connectionId, userId }: ApprovalRequest,
  state: 'approved' | 'declined',
  decision: RequestDecision,
): Promise<void> {
  await stores.decideRequest(workspaceId, id, state, decision)
  const about = { connectionId, installationId: null }
  const data = { request_id: id, member_id: userId, answer: decision.answer }
  const events = [newEvent(needs, context, `approval-request.${state}`, about, data)]
  if (state === 'approved') {
    const isNew = await stores.addApproval(workspaceId, connectionId, context.actorId, decision.at)
    if (isNew) events.push(newEvent(needs, context, 'approval.added', about, { request_id: id }))
  }
  await stores.appendAll(events)
}
