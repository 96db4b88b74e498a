/** Every permission rule, one sentence each. Every screen, command and API asks here. */
import type { Connection } from './connection.ts'
import type { InstallationState, StateReason } from './installation.ts'
import type { InstallRefusal, RefusalCode } from './refusal.ts'
import type { Plan, Policy, Role } from './workspace.ts'
import { noPolicy } from './workspace.ts'

/** The facts that decide whether a user may install a connection in a workspace. */
export type Placement = {
  /** null: the user is not in the workspace. */
  role: Role | null
  userDisabled: boolean
  plan: Plan
  policy: Policy
  connection: Pick<
    Connection,
    'id' | 'kind' | 'origin' | 'firstParty' | 'disabled' | 'capabilities' | 'optionalCapabilities'
  >
  /** The connection is on the workspace's approved list. */
  approved: boolean
  /** Where only owners install: an owner approved this member's own request, and it was taken up in time or still can be. */
  requestApproved: boolean
  /** Which connections that no one registered here the operator allows. */
  operatorAgents: 'open' | 'published' | 'off'
  /** An owner suspended this user's own installation, and it may have been disconnected since. */
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
 * Members install connections that the policy allows; owners are exempt from it; guests cannot install. Where only owners
 * install, a member may install a connection for which an owner approved their own request, while it stays on the approved list.
 */
export function mayInstall(placement: Placement): May<InstallRefusal> {
  if (placement.connection.disabled) return no('connection-disabled')
  if (placement.connection.kind === 'internal') return no('connection-internal')
  if (!operatorAllows(placement)) return no('agents-off')
  if (placement.userDisabled) return no('user-disabled')
  if (placement.role === null) return no('not-a-member')
  if (placement.role === 'guest') return no('guest')
  if (placement.role === 'owner') return yes
  // Installing again sets it active, and would lift the owner's suspension.
  if (placement.suspended) return no('suspended')
  const policy = policyInEffect(placement.plan, placement.policy)
  const agent = agentRefusal(policy, placement)
  if (agent) return no(agent)
  if (policy.restrictInstalls === 'owners-only')
    return placement.approved && placement.requestApproved ? yes : no('owners-only')
  if (policy.restrictInstalls === 'none') return yes
  return isApproved(policy, placement.connection, placement.approved) ? yes : no('not-approved')
}

/** The operator's rule is for everybody, owners too. */
function operatorAllows({ operatorAgents, connection: { origin } }: Placement): boolean {
  return (
    origin === 'registered' ||
    operatorAgents === 'open' ||
    (operatorAgents === 'published' && origin === 'published')
  )
}

/** An owner's approval of a connection outweighs the rule about all that register themselves. */
function agentRefusal(
  { agents }: Policy,
  { connection: { origin }, approved }: Placement,
): 'agent-not-published' | 'agent-not-approved' | null {
  if (origin === 'registered' || agents === 'allowed' || approved) return null
  if (agents === 'approved-only') return 'agent-not-approved'
  return origin === 'self-registered' ? 'agent-not-published' : null
}

/** Refusals that an approval lifts. */
const liftable: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'not-approved',
  'owners-only',
  'agent-not-published',
  'agent-not-approved',
])

/** Members request approval for a refusal that an owner can lift by approving. */
export function mayRequestApproval(placement: Placement): May {
  const install = mayInstall(placement)
  if (install.kind === 'no' && liftable.has(install.because)) return yes
  return install.kind === 'yes' ? no('approval-not-needed') : install
}

/**
 * A policy never ends an installation: one by a member that is not approved stays, marked "Not approved". Installations by
 * owners and those of internal connections need no approval.
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

/** A person who acts in one workspace. */
export type Actor = {
  userId: string
  /** null: they are not in the workspace. */
  role: Role | null
  userDisabled: boolean
}

/** A rule that asks about no particular person's things. */
type WithRole = Omit<Actor, 'userId'>

const isOwner = (actor: WithRole) => actor.role === 'owner' && !actor.userDisabled
const isFullMember = (actor: WithRole) =>
  !actor.userDisabled && (actor.role === 'owner' || actor.role === 'member')

/** Only owners see and decide matters of the whole workspace: every connection, approvals, requests, policy, history. */
export function mayGovern(actor: WithRole): May {
  return isOwner(actor) ? yes : no('only-owners')
}

/** Owners and members install connections, create them and add them to pages; guests do not. */
export function mayAddConnections(actor: WithRole): May {
  return isFullMember(actor) ? yes : no(actor.role === 'guest' ? 'guest' : 'not-a-member')
}

/** A policy restricts members: owners are exempt from it, and guests cannot install at all. */
export function isRestrictedByPolicy(actor: WithRole): boolean {
  return isFullMember(actor) && !isOwner(actor)
}

/** Owners set the policy, on plans where it has effect. */
export function maySetPolicy(actor: Actor, plan: Plan): May {
  if (!isOwner(actor)) return no('only-owners')
  return plan === 'enterprise' ? yes : no('plan-without-policy')
}

/** Members disconnect their own installations; owners disconnect all, those of internal connections too. */
export function mayDisconnect(actor: Actor, installation: { userId: string | null }): May {
  if (isOwner(actor)) return yes
  return actor.role !== null && !actor.userDisabled && installation.userId === actor.userId
    ? yes
    : no('not-yours')
}

/** An owner's suspension survives a disconnect by anyone else: otherwise connecting again would lift it. */
export function outlivesDisconnecting(
  actor: Actor,
  installation: { state: InstallationState; stateReason: StateReason | null },
): boolean {
  return !isOwner(actor) && installation.state === 'suspended' && installation.stateReason === 'by-owner'
}

/** Owners suspend and resume. An installation of a departed member is handed over instead of resumed. */
export function maySuspend(actor: Actor): May {
  return mayGovern(actor)
}
export function mayResume(actor: Actor, installation: { installerIsMember: boolean }): May {
  if (!isOwner(actor)) return no('only-owners')
  return installation.installerIsMember ? yes : no('installer-left')
}

/** Installers who left and are back resume their own installation, if they could install it today. */
export function mayResumeOwn(
  placement: Placement,
  actor: Actor,
  installation: { userId: string | null; stateReason: StateReason | null },
): May {
  if (installation.userId !== actor.userId) return no('not-yours')
  return installation.stateReason === 'installer-left' ? mayInstall(placement) : no('suspended')
}

/**
 * Members add pages to their own installations and to those of internal connections; owners only remove pages from
 * installations of others. The stores check that the person reaches the pages.
 */
export function mayAddPages(actor: Actor, installation: { userId: string | null }): May {
  const add = mayAddConnections(actor)
  if (add.kind === 'no') return add
  return installation.userId === null || installation.userId === actor.userId ? yes : no('not-yours')
}

/** Adding pages to an installation also needs permission to install the connection now; internal ones are never installed. */
export function mayWiden(placement: Placement, actor: Actor, installation: { userId: string | null }): May {
  const add = mayAddPages(actor, installation)
  if (add.kind === 'no') return add
  if (installation.userId !== null) return mayInstall(placement)
  return placement.connection.disabled ? no('connection-disabled') : yes
}

/** The person who granted a page, the installer, and owners remove it. */
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

/** Owners decide requests for approval. */
export function mayDecideRequest(actor: Actor): May {
  return mayGovern(actor)
}

/** Owners hand over installations whose installer left… */
export function mayHandOver(actor: Actor, installation: { installerIsMember: boolean }): May {
  if (!isOwner(actor)) return no('only-owners')
  return installation.installerIsMember ? no('installer-present') : yes
}
/** …to a named member, who accepts them and must be allowed to install the connection. */
export function mayTakeOver(placement: Placement, offer: { toUserId: string }, actor: Actor): May {
  return offer.toUserId === actor.userId ? mayInstall(placement) : no('not-yours')
}

/** Members create connections unless the policy leaves that to owners; guests cannot create them. */
export function mayCreateConnection(actor: Actor, plan: Plan, policy: Policy): May {
  const add = mayAddConnections(actor)
  if (add.kind === 'no' || isOwner(actor)) return add
  return policyInEffect(plan, policy).connectionCreation === 'everyone' ? yes : no('only-owners-create')
}

/**
 * The creator of a connection, while they are a member, and the owners of its workspace manage it; one that belongs to no
 * workspace is managed by the person whom the operator named.
 */
export function mayManageConnection(
  actor: Actor,
  connection: { createdBy: string | null; workspaceId: string | null },
): May {
  if (connection.workspaceId !== null) return mayLookAfter(actor, connection)
  return !actor.userDisabled && connection.createdBy === actor.userId ? yes : no('not-yours')
}

/** Owners and the creator of an internal connection copy, renew and revoke its token. */
export function mayHandleInternalToken(actor: Actor, connection: { createdBy: string | null }): May {
  return mayLookAfter(actor, connection)
}

function mayLookAfter(actor: Actor, connection: { createdBy: string | null }): May {
  if (isOwner(actor)) return yes
  return isFullMember(actor) && connection.createdBy === actor.userId ? yes : no('not-yours')
}

/** Only the operator enables a connection that the operator disabled. */
export function mayEnableConnection(by: 'developer' | 'operator', disabledBy: 'developer' | 'operator'): May {
  return by === 'operator' || disabledBy === 'developer' ? yes : no('disabled-by-operator')
}
