/** The outcomes that can be forced, in words. */

import type { TestOutcome } from '../../../installs/forced-outcome.ts'
import type { Select } from '../../kit/field.ts'

type Words = { label: string; sentence: string }

/** Chosen before the flow begins. */
export const flowOutcomes = {
  'user-cancels': {
    label: 'The user cancels',
    sentence: 'The user comes back with access_denied.',
  },
  'approval-pending': {
    label: 'Approval pending',
    sentence:
      'The workspace’s policy stops a member, who asks its owners. There is no callback until they decide.',
  },
  'no-pages': {
    label: 'No pages chosen',
    sentence: 'The token is in force and reaches no page: search is empty.',
  },
} satisfies Partial<Record<TestOutcome, Words>>

/** Chosen when there are tokens. */
export const tokenOutcomes = {
  'token-revoked': {
    label: 'Token revoked',
    sentence: 'A refresh answers invalid_grant, a call 401: the user has disconnected in the same moment.',
  },
  'refresh-expired': {
    label: 'Refresh token expired',
    sentence: 'A refresh answers invalid_grant: it was not used for too long.',
  },
  'access-narrowed': {
    label: 'Access narrowed',
    sentence: 'Reading alone is left, and one of the pages.',
  },
  'rate-limited': {
    label: 'Too many requests',
    sentence: '429 with Retry-After. Codes and tokens stay valid.',
  },
  unavailable: {
    label: 'Out of service',
    sentence: '503 with Retry-After. Codes and tokens stay valid.',
  },
} satisfies Partial<Record<TestOutcome, Words>>

export type FlowOutcome = keyof typeof flowOutcomes
export type TokenOutcome = keyof typeof tokenOutcomes

export function readFlowOutcome(text: string | null): FlowOutcome | null {
  return text !== null && Object.hasOwn(flowOutcomes, text) ? (text as FlowOutcome) : null
}
export function readTokenOutcome(text: string | null): TokenOutcome | null {
  return text !== null && Object.hasOwn(tokenOutcomes, text) ? (text as TokenOutcome) : null
}

/** A field that forces an outcome; its first choice is a normal one. */
export function outcomeSelect(
  name: string,
  label: string,
  outcomes: Record<string, { label: string }>,
  hint: string | null,
): Select {
  const options = Object.entries(outcomes).map(([value, words]) => ({
    value,
    label: words.label,
    selected: false,
  }))
  return {
    name,
    label,
    hint,
    error: null,
    options: [{ value: '', label: 'As it comes', selected: true }, ...options],
  }
}
