import { statusOf } from '../../../installs/approval.ts'
import { mayInstall } from '../../../installs/policy.ts'
import type { Badge } from '../../kit/badge.ts'
import type { MyRequest } from '../my-requests/readings.ts'

/**
 * A request as the member who asked sees it. `free`: not decided, and the policy lets them install by now. `ended`: approved,
 * but the approval was removed since.
 */
export type Stage =
  | 'waiting'
  | 'free'
  | 'approved'
  | 'ended'
  | 'declined'
  | 'expired'
  | 'withdrawn'
  | 'taken-up'

export function stageOf(request: MyRequest, now: Date): Stage {
  const status = statusOf(request, now)
  const isFree = mayInstall(request.placement).kind === 'yes'
  if (status === 'pending') return isFree ? 'free' : 'waiting'
  if (status === 'approved') return isFree ? 'approved' : 'ended'
  return status
}

export const stageBadges: Record<Stage, Badge> = {
  waiting: { label: 'Waiting', kind: 'accent' },
  free: { label: 'No approval needed', kind: 'good' },
  approved: { label: 'Approved', kind: 'good' },
  ended: { label: 'Approval taken back', kind: 'warning' },
  declined: { label: 'Declined', kind: 'danger' },
  expired: { label: 'Expired', kind: 'warning' },
  withdrawn: { label: 'Taken back', kind: 'plain' },
  'taken-up': { label: 'Allowed', kind: 'good' },
}
