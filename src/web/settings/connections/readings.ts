import type { Capability } from '../../../installs/capability.ts'
import type { Origin } from '../../../installs/connection.ts'
import type { InstallationState, StateReason } from '../../../installs/installation.ts'
import type { Policy, Role } from '../../../installs/workspace.ts'
import type { PickerReadings } from '../../picker/readings.ts'

/** The state of an installation as owners see it. `left`: its installer is no longer in the workspace. */
export type DisplayState = 'active' | 'suspended' | 'left' | 'disconnected'
/** `in-use`: every state but disconnected. */
export type StateFilter = 'in-use' | DisplayState

/** Pages that an installation reaches: chosen ones, and with all pages below. `beyond`: there are more than were counted. */
export type Reach = { granted: number; reached: number; beyond: boolean }

/** The facts of a connection that both screens show. */
export type ConnectionFacts = {
  id: string
  kind: 'public' | 'internal'
  name: string
  logoHash: string | null
  website: string | null
  supportEmail: string | null
  supportUrl: string | null
  origin: Origin
  firstParty: boolean
  verified: boolean
  disabled: boolean
  /** It is on the approved list. */
  approved: boolean
}

/** Numbers of installations. */
export type Counts = Record<DisplayState, number>

export type InstalledConnection = ConnectionFacts &
  Counts & {
    /** Who installed it first; null: an internal one of an unknown creator. */
    addedBy: { id: string; name: string } | null
    addedAt: Date
    /** The workspace's own active installation of an internal connection. */
    sharedInstallationId: string | null
    /** Active or suspended installations of people who are not owners. */
    byMembers: number
    /** The reach of all active and suspended installations together. */
    reach: Reach
  }

export type PersonWithAccess = {
  installationId: string
  /** null: an internal connection belongs to the workspace. */
  person: { id: string; name: string; email: string; role: Role | null } | null
  displayState: DisplayState
  stateReason: StateReason | null
  capabilities: Capability[]
  addedAt: Date
  lastUsedAt: Date | null
  /** null: it has no end. */
  accessEndsAt: Date | null
  reach: Reach
}

/** One installation, as the pages that ask before a change name it. */
export type InstallationReading = {
  id: string
  state: InstallationState
  stateReason: StateReason | null
  person: { id: string; name: string } | null
  connection: { id: string; kind: 'public' | 'internal'; name: string; logoHash: string | null }
}

/** A connection in a workspace, and a window of the people who installed it. */
export type ConnectionReading = {
  connection: ConnectionFacts & { description: string | null; developerName: string | null }
  policy: Policy
  counts: Counts
  people: PersonWithAccess[]
  more: boolean
}

/** An empty text matches all. */
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
  /** Null for an id that is not in the workspace. */
  installation(workspaceId: string, installationId: string): Promise<InstallationReading | null>
}

/** Owners take pages away from installations of others. */
export type NarrowingReadings = {
  /** The picker over the pages that an installation was granted. */
  narrowing: PickerReadings['picker']
  /** Ids of granted pages that this owner cannot open. */
  unseenGrants(question: { workspaceId: string; userId: string; installationId: string }): Promise<string[]>
}
