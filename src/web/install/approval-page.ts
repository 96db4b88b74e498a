import { sentenceLimit } from '../../installs/approval.ts'
import { momentOf } from '../kit/dates.ts'
import type { MyRequest } from '../settings/my-requests/readings.ts'
import { stageOf } from '../settings/requests/status.ts'
import { urls } from '../urls.ts'

/** A request for approval that could not be sent, and the reason. */
export type Unsent = { reason: string; problem: string }

/** The part of a refusal where an owner is asked (install/approval). */
export type ApprovalAsk = {
  action: string
  reason: string
  problem: string | null
  /** Characters. */
  limit: number
  /** The state of the earlier request, with its address, if there was one. */
  before: { sentence: string; href: string } | null
  submit: 'Request approval' | 'Update request'
}

export function approvalAsk(facts: {
  uid: string
  workspace: { id: string; name: string }
  latest: MyRequest | null
  unsent: Unsent | null
  now: Date
}): ApprovalAsk {
  const { uid, workspace, latest, unsent, now } = facts
  const waits = latest !== null && stageOf(latest, now) === 'waiting'
  return {
    action: urls.flowApproval(uid),
    reason: unsent?.reason ?? (waits ? latest.reason : ''),
    problem: unsent?.problem ?? null,
    limit: sentenceLimit,
    before: latest && beforeOf(latest, workspace, now),
    submit: waits ? 'Update request' : 'Request approval',
  }
}

function beforeOf(
  latest: MyRequest,
  workspace: { id: string; name: string },
  now: Date,
): ApprovalAsk['before'] {
  const href = urls.myRequest.show(workspace.id, latest.id)
  const asked = momentOf(latest.askedAt, now).words
  switch (stageOf(latest, now)) {
    case 'waiting':
      return {
        sentence: `You asked for it ${asked}, and an owner has still to decide. Sending it again brings it up to date: you go on from here once it is approved.`,
        href,
      }
    case 'declined':
      return {
        sentence: `An owner declined when you asked ${asked}${latest.answer ? `: “${latest.answer}”` : '.'} You can ask again.`,
        href,
      }
    case 'expired':
      return { sentence: `Your request ${asked} has expired. You can ask again.`, href }
    default:
      return null
  }
}
