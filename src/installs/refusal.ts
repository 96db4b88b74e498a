/** The reasons why a user may not install a connection in a workspace (`mayInstall`). */
export type InstallRefusal =
  | 'not-a-member'
  | 'user-disabled'
  | 'guest'
  | 'owners-only'
  | 'not-approved'
  | 'agent-not-published'
  | 'agent-not-approved'
  | 'agents-off'
  | 'suspended'
  | 'connection-disabled'
  | 'connection-internal'

/** The reason why something is not done. Each edge owns one table from code to status and words. */
export type RefusalCode =
  | InstallRefusal
  | 'no-pages'
  | 'page-out-of-reach'
  | 'capability-not-registered'
  | 'capability-required'
  | 'no-capability'
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

export type Refusal<Code extends RefusalCode = RefusalCode> = { kind: 'refused'; code: Code }

export function refused<Code extends RefusalCode>(code: Code): Refusal<Code> {
  return { kind: 'refused', code }
}
