/** Every "may this person do that?", one sentence each. Every screen, command and API asks here. */
import type { Connection } from './connection.ts'
import type { InstallationState, StateReason } from './installation.ts'
import type { InstallRefusal, RefusalCode } from './refusal.ts'
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
  /** Where only owners install: one approved this member's own request, and that was taken up in time or still can be. */
  requestApproved: boolean
  /** An owner suspended this user's own installation of it here, whether or not it was disconnected since. */
  suspended: boolean
}

export type May<Code extends RefusalCode = RefusalCode> = { kind: 'yes' } | { kind: 'no'; because: Code }

const yes = { kind: 'yes' } as const
const no = <Code extends RefusalCode>(because: Code) => ({ kind: 'no', because }) as const

/** A policy has effect on the Enterprise plan only. */
export function policyInEffect(plan: Plan, policy: Policy): Policy {
  return plan === 'enterprise' ? policy : noPolicy
}

/** A connection is approved when it is on the list, or is first-party where those count as approved. */
export function isApproved(policy: Policy, connection: { firstParty: boolean }, onTheList: boolean): boolean {
  return onTheList || (policy.autoApproveFirstParty && connection.firstParty)
}

/**
 * A member installs what the policy allows; owners are free of it; guests install nothing. Where only owners install, a member
 * gets in by his own request that an owner approved, as long as the connection stays on the approved list.
 */
export function mayInstall(placement: Placement): May<InstallRefusal> {
  if (placement.connection.disabled) return no('connection-disabled')
  if (placement.connection.kind === 'internal') return no('connection-internal')
  if (placement.userDisabled) return no('user-disabled')
  if (placement.role === null) return no('not-a-member')
  if (placement.role === 'guest') return no('guest')
  if (placement.role === 'owner') return yes
  // Installing again sets it active: that would lift what an owner stopped.
  if (placement.suspended) return no('suspended')
  const policy = policyInEffect(placement.plan, placement.policy)
  if (policy.restrictInstalls === 'owners-only')
    return placement.approved && placement.requestApproved ? yes : no('owners-only')
  if (policy.restrictInstalls === 'none') return yes
  return isApproved(policy, placement.connection, placement.approved) ? yes : no('not-approved')
}

/** Only a refusal that an owner can lift by approving can be asked about. */
export function mayRequestApproval(placement: Placement): May {
  const install = mayInstall(placement)
  if (install.kind === 'no' && (install.because === 'not-approved' || install.because === 'owners-only'))
    return yes
  return install.kind === 'yes' ? no('approval-not-needed') : install
}

/**
 * A policy never ends what is installed: what members installed and nobody approved stays, marked "Not approved". What owners
 * installed and what belongs to the workspace itself is theirs to have.
 */
export function isAgainstPolicy(
  rules: { plan: Plan; policy: Policy },
  installation: { userId: string | null; installerRole: Role | null },
  connection: { firstParty: boolean; approved: boolean },
): boolean {
  const policy = policyInEffect(rules.plan, rules.policy)
  if (policy.restrictInstalls === 'none') return false
  if (installation.userId === null || installation.installerRole === 'owner') return false
  return !isApproved(policy, connection, connection.approved)
}

/** Someone acting in one workspace. */
export type Actor = {
  userId: string
  /** null when he is no member of the workspace. */
  role: Role | null
  userDisabled: boolean
}

const isOwner = (actor: Actor) => actor.role === 'owner' && !actor.userDisabled
const isFullMember = (actor: Actor) =>
  !actor.userDisabled && (actor.role === 'owner' || actor.role === 'member')

/** Only owners see and decide what concerns the whole workspace: every connection, approvals, requests, policy, history. */
export function mayGovern(actor: Actor): May {
  return isOwner(actor) ? yes : no('only-owners')
}

/** A policy is set by owners, and only where the plan gives it effect. */
export function maySetPolicy(actor: Actor, plan: Plan): May {
  if (!isOwner(actor)) return no('only-owners')
  return plan === 'enterprise' ? yes : no('plan-without-policy')
}

/** An installation is disconnected by the member who installed it, and by owners; an internal one by owners. */
export function mayDisconnect(actor: Actor, installation: { userId: string | null }): May {
  if (isOwner(actor)) return yes
  return actor.role !== null && !actor.userDisabled && installation.userId === actor.userId
    ? yes
    : no('not-yours')
}

/** A suspension outlives a disconnecting by whoever could not have lifted it: else connecting again would lift it. */
export function outlivesDisconnecting(
  actor: Actor,
  installation: { state: InstallationState; stateReason: StateReason | null },
): boolean {
  return !isOwner(actor) && installation.state === 'suspended' && installation.stateReason === 'by-owner'
}

/** Owners suspend and resume; what a departed member left behind is handed over instead of resumed. */
export function maySuspend(actor: Actor): May {
  return mayGovern(actor)
}
export function mayResume(actor: Actor, installation: { installerIsMember: boolean }): May {
  if (!isOwner(actor)) return no('only-owners')
  return installation.installerIsMember ? yes : no('installer-left')
}

/** What stopped when he left the installer takes into use again once he is back, as far as he could install it today. */
export function mayResumeOwn(
  placement: Placement,
  actor: Actor,
  installation: { userId: string | null; stateReason: StateReason | null },
): May {
  if (installation.userId !== actor.userId) return no('not-yours')
  return installation.stateReason === 'installer-left' ? mayInstall(placement) : no('suspended')
}

/**
 * Pages are added to an installation by the member who installed it, to an internal one by any member; owners narrow the
 * page set of others, they never widen it. That the pages are within the adder's own reach is checked with the stores.
 */
export function mayAddPages(actor: Actor, installation: { userId: string | null }): May {
  if (!isFullMember(actor)) return no(actor.role === 'guest' ? 'guest' : 'not-a-member')
  return installation.userId === null || installation.userId === actor.userId ? yes : no('not-yours')
}

/** More pages are more access: what could not be installed now is not widened either. An internal one has no install. */
export function mayWiden(placement: Placement, actor: Actor, installation: { userId: string | null }): May {
  const add = mayAddPages(actor, installation)
  if (add.kind === 'no') return add
  if (installation.userId !== null) return mayInstall(placement)
  return placement.connection.disabled ? no('connection-disabled') : yes
}

/** A page grant is withdrawn by whoever granted it, by the installer, and by owners. */
export function mayRemovePage(
  actor: Actor,
  grant: { grantedBy: string; installation: { userId: string | null } },
): May {
  if (isOwner(actor)) return yes
  if (actor.role === null || actor.userDisabled) return no('not-a-member')
  return grant.grantedBy === actor.userId || grant.installation.userId === actor.userId
    ? yes
    : no('not-yours')
}

/** A request for approval is decided by owners. */
export function mayDecideRequest(actor: Actor): May {
  return mayGovern(actor)
}

/** An installation whose installer left is handed over by owners… */
export function mayHandOver(actor: Actor, installation: { installerIsMember: boolean }): May {
  if (!isOwner(actor)) return no('only-owners')
  return installation.installerIsMember ? no('installer-present') : yes
}
/** …and taken by the member whom the owner named, who must be one that may install it. */
export function mayTakeOver(placement: Placement, offer: { toUserId: string }, actor: Actor): May {
  return offer.toUserId === actor.userId ? mayInstall(placement) : no('not-yours')
}

/** Connections are created by every member, or by owners only where the policy says so; guests create none. */
export function mayCreateConnection(actor: Actor, plan: Plan, policy: Policy): May {
  if (!isFullMember(actor)) return no(actor.role === 'guest' ? 'guest' : 'not-a-member')
  if (isOwner(actor)) return yes
  return policyInEffect(plan, policy).connectionCreation === 'everyone' ? yes : no('only-owners-create')
}

/**
 * A connection is managed by whoever created it, while he is a member, and by the owners of its workspace; one that belongs to
 * no workspace by the person whom the operator named.
 */
export function mayManageConnection(
  actor: Actor,
  connection: { createdBy: string | null; workspaceId: string | null },
): May {
  if (connection.workspaceId !== null) return mayLookAfter(actor, connection)
  return !actor.userDisabled && connection.createdBy === actor.userId ? yes : no('not-yours')
}

/** The standing token of an internal connection is copied, renewed and revoked by owners and by its creator. */
export function mayHandleInternalToken(actor: Actor, connection: { createdBy: string | null }): May {
  return mayLookAfter(actor, connection)
}

function mayLookAfter(actor: Actor, connection: { createdBy: string | null }): May {
  if (isOwner(actor)) return yes
  return isFullMember(actor) && connection.createdBy === actor.userId ? yes : no('not-yours')
}

/** What the operator switched off is switched on again by the operator alone. */
export function mayEnableConnection(by: 'developer' | 'operator', disabledBy: 'developer' | 'operator'): May {
  return by === 'operator' || disabledBy === 'developer' ? yes : no('disabled-by-operator')
}
