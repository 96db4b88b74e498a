import type { Capability } from '../../../installs/capability.ts'
import type { Policy, Role } from '../../../installs/workspace.ts'
import type { Reach } from '../my-connections/readings.ts'

/** `left`: whoever installed it is no longer in the workspace. */
export type Standing = 'pending' | 'active' | 'suspended' | 'left' | 'disconnected'
/** `in-use`: everything but disconnected. */
export type StateFilter = 'in-use' | 'active' | 'suspended' | 'left' | 'disconnected'

/** What a connection is, on both screens. */
export type ConnectionFacts = {
  id: string
  kind: 'public' | 'internal'
  name: string
  logoHash: string | null
  website: string | null
  supportEmail: string | null
  supportUrl: string | null
  firstParty: boolean
  verified: boolean
  disabled: boolean
  /** It stands on the approved list. */
  approved: boolean
}

/** Installations by standing. */
export type Counts = { active: number; suspended: number; left: number; disconnected: number }

export type InstalledConnection = ConnectionFacts &
  Counts & {
    /** Who brought it into the workspace; null: an internal one of an unknown creator. */
    addedBy: { id: string; name: string } | null
    addedAt: Date
    /** The workspace's own active one, of an internal connection. */
    sharedInstallationId: string | null
    /** Active or suspended ones of members who are no owners. */
    byMembers: number
    /** What the active and suspended ones reach, all together. */
    reach: Reach
  }

export type PersonWithAccess = {
  installationId: string
  /** null: an internal connection, which belongs to the workspace. */
  person: { id: string; name: string; email: string; role: Role | null } | null
  standing: Standing
  stateReason: string | null
  capabilities: Capability[]
  addedAt: Date
  lastUsedAt: Date | null
  reach: Reach
}

export type ConnectionReading = {
  connection: ConnectionFacts & { description: string | null; developerName: string | null }
  policy: Policy
  counts: Counts
  people: PersonWithAccess[]
  more: boolean
}

/** What is looked for; '' looks for nothing. */
export type Filters = { state: StateFilter; person: string; connection: string }

/** Each is one query. */
export type ConnectionsReadings = {
  /** A window of the connections that were installed in the workspace, by name; `after`: a connection. */
  list(
    question: Filters & { workspaceId: string; after: string | null },
  ): Promise<{ rows: InstalledConnection[]; more: boolean; policy: Policy }>
  /** One of them with a window of its people, by name; `after`: an installation. null: never installed there. */
  one(question: {
    workspaceId: string
    connectionId: string
    state: StateFilter
    person: string
    after: string | null
  }): Promise<ConnectionReading | null>
  /** One installation; null when there is none of this id in the workspace. */
  installation(
    workspaceId: string,
    installationId: string,
  ): Promise<{
    id: string
    standing: Standing
    /** There are no tokens any more. */
    ended: boolean
    person: { id: string; name: string } | null
    connection: { id: string; kind: 'public' | 'internal'; name: string; logoHash: string | null }
  } | null>
}
