import { standingOf } from '../../../installs/approval.ts'
import { mayInstall } from '../../../installs/policy.ts'
import type { Badge } from '../../kit/badge.ts'
import type { MyRequest } from '../my-requests/readings.ts'

/**
 * Where a request stands for the member who asked: `free`: nobody decided, and the policy lets him in meanwhile; `ended`: it
 * was approved, and that was taken back since.
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
  const standing = standingOf(request, now)
  const isFree = mayInstall(request.placement).kind === 'yes'
  if (standing === 'pending') return isFree ? 'free' : 'waiting'
  if (standing === 'approved') return isFree ? 'approved' : 'ended'
  return standing
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
