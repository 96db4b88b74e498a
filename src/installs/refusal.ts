/** Why something is not done. Each edge owns one table from code to status and words. */
export type RefusalCode =
  | 'not-a-member'
  | 'user-disabled'
  | 'guest'
  | 'owners-only'
  | 'not-approved'
  | 'suspended'
  | 'connection-disabled'
  | 'connection-internal'
  | 'no-pages'
  | 'page-out-of-reach'
  | 'capability-not-registered'
  | 'only-owners'
  | 'only-owners-create'
  | 'plan-without-policy'
  | 'not-yours'
  | 'only-narrowing'
  | 'installer-left'
  | 'installer-present'
  | 'approval-not-needed'
  | 'not-installed-here'
  | 'installed-already'
  | 'disabled-by-operator'
  | 'two-secrets'
  | 'no-secrets'

export type Refusal = { kind: 'refused'; code: RefusalCode }

export function refused(code: RefusalCode): Refusal {
  return { kind: 'refused', code }
}
