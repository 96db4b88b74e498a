export type Plan = 'free' | 'plus' | 'business' | 'enterprise'
export type Role = 'owner' | 'member' | 'guest'

export type Workspace = { id: string; name: string; icon: string | null; plan: Plan }
/** A workspace that a person is in, with their role there. */
export type Membership = Workspace & { role: Role }

/** A person who signs in. `disabled`: the host product disabled them, which takes all their access away. */
export type User = { id: string; email: string; name: string; avatarUrl: string | null; disabled: boolean }

/** A workspace's rules about connections; in effect on the Enterprise plan only. */
export type Policy = {
  restrictInstalls: 'none' | 'approved-list' | 'owners-only'
  autoApproveFirstParty: boolean
  connectionCreation: 'everyone' | 'owners-only'
  /** Which connections that no one registered here members install: those that describe or register themselves. */
  agents: 'allowed' | 'published-only' | 'approved-only'
  /** For how long members allow access at most. */
  longestAccess: 'no-limit' | '7-days' | '30-days' | '90-days' | '1-year'
}

export const noPolicy: Policy = {
  restrictInstalls: 'none',
  autoApproveFirstParty: false,
  connectionCreation: 'everyone',
  agents: 'allowed',
  longestAccess: 'no-limit',
}

export function samePolicy(one: Policy, other: Policy): boolean {
  return (Object.keys(noPolicy) as (keyof Policy)[]).every(member => one[member] === other[member])
}
