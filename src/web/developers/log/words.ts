/** Attempts and their steps in words. */
import type { FlowOutcome, FlowStepKind } from '../../../installs/flow-log.ts'
import type { Badge } from '../frame/head.ts'
import type { LoggedAttempt } from './readings.ts'

export const outcomes: Record<FlowOutcome, Badge> = {
  'under-way': { words: 'Under way', tone: 'plain' },
  connected: { words: 'Connected', tone: 'good' },
  cancelled: { words: 'Cancelled', tone: 'plain' },
  failed: { words: 'Failed', tone: 'danger' },
  ended: { words: 'Ended', tone: 'plain' },
}

export function whoWords({ workspace }: LoggedAttempt): string | null {
  return workspace === null ? null : `A member of ${workspace}`
}

export const stepWords: Record<FlowStepKind, string> = {
  authorize: 'Authorize request received',
  'signed-in': 'Signed in',
  workspace: 'Workspace chosen',
  pages: 'Pages chosen',
  allowed: 'Access allowed',
  cancelled: 'Cancelled by the member',
  'not-allowed': 'Not let through',
  'code-issued': 'Code issued',
  'code-redeemed': 'Code redeemed',
  refreshed: 'Tokens refreshed',
  revoked: 'Tokens given back',
  introspected: 'Token introspected',
}

export const failedStepWords: Record<FlowStepKind, string> = {
  ...stepWords,
  authorize: 'Authorize request refused',
  'code-issued': 'No code was issued',
  'code-redeemed': 'Code not redeemed',
  refreshed: 'Refresh refused',
  revoked: 'Tokens not given back',
  introspected: 'Introspection without result',
}
