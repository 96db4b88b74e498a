/** Every "may this person do that?", one sentence each. Every screen, command and API asks here. */
import type { Connection } from './connection.ts'
import type { RefusalCode } from './refusal.ts'
import type { Plan, Policy, Role } from './workspace.ts'
import { noPolicy } from './workspace.ts'

/** What must be known of a user, a workspace and a connection to decide whether he may install it there. */
export type Placement = {
  /** null when the user is no member of the workspace. */
  role: Role | null
  userDisabled: boolean
  plan: Plan
  policy: Policy
  connection: Pick<Connection, 'id' | 'kind' | 'firstParty' | 'disabled' | 'capabilities'>
  /** The connection stands on the workspace's approved list. */
  approved: boolean
}

export type May = { kind: 'yes' } | { kind: 'no'; because: RefusalCode }

const yes: May = { kind: 'yes' }
const no = (because: RefusalCode): May => ({ kind: 'no', because })

/** A policy has effect on the Enterprise plan only. */
export function policyInEffect(plan: Plan, policy: Policy): Policy {
  return plan === 'enterprise' ? policy : noPolicy
}

/** A connection is approved when it is on the list, or is first-party where those count as approved. */
export function isApproved(policy: Policy, connection: { firstParty: boolean }, onTheList: boolean): boolean {
  return onTheList || (policy.autoApproveFirstParty && connection.firstParty)
}

/** A member installs what the policy allows; owners are free of it; guests install nothing. */
export function mayInstall(placement: Placement): May {
  if (placement.connection.disabled) return no('connection-disabled')
  if (placement.connection.kind === 'internal') return no('connection-internal')
  if (placement.userDisabled) return no('user-disabled')
  if (placement.role === null) return no('not-a-member')
  if (placement.role === 'guest') return no('guest')
  if (placement.role === 'owner') return yes
  const policy = policyInEffect(placement.plan, placement.policy)
  if (policy.restrictInstalls === 'owners-only') return no('owners-only')
  if (policy.restrictInstalls === 'none') return yes
  return isApproved(policy, placement.connection, placement.approved) ? yes : no('not-approved')
}

/** Only a refusal that an owner can lift by approving can be asked about. */
export function mayRequestApproval(placement: Placement): May {
  const install = mayInstall(placement)
  if (install.kind === 'no' && (install.because === 'not-approved' || install.because === 'owners-only'))
    return yes
  return install.kind === 'yes' ? no('not-approved') : install
}
