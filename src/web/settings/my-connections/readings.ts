import type { Capability } from '../../../installs/capability.ts'
import type { InstallationState } from '../../../installs/installation.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { MyOffer } from '../my-requests/readings.ts'

/** How many pages an installation reaches: chosen ones, and those with all below; `beyond`: more than were counted. */
export type Reach = { granted: number; reached: number; beyond: boolean }

export type MyConnection = {
  installationId: string
  state: InstallationState
  stateReason: string | null
  capabilities: Capability[]
  addedAt: Date
  lastUsedAt: Date | null
  reach: Reach
  connection: {
    id: string
    name: string
    logoHash: string | null
    website: string | null
    supportEmail: string | null
    supportUrl: string | null
    verified: boolean
  }
  /** Whether it could be installed today. */
  placement: Placement
}

/** What he had connected and somebody else ended. */
export type EndedByOthers = {
  reason: 'by-owner' | 'by-operator' | 'by-partner' | 'let-go' | 'not-approved' | 'connection-deleted'
  at: Date
  connection: { id: string; name: string; logoHash: string | null }
  /** Whether it could be installed again today. */
  placement: Placement
}

export type MyConnectionsReadings = {
  /** What is offered to him, the oldest first. */
  offers(workspaceId: string, userId: string): Promise<MyOffer[]>
  /** What ended in the last 30 days and is not installed again, the newest first. */
  ended(workspaceId: string, userId: string, now: Date): Promise<EndedByOthers[]>
  /** A window of what the member installed and did not disconnect, by name; `after`: an installation. */
  list(question: {
    workspaceId: string
    userId: string
    after: string | null
  }): Promise<{ rows: MyConnection[]; more: boolean }>
  /** null when there is no such installation in the workspace. */
  one(
    workspaceId: string,
    installationId: string,
  ): Promise<{
    id: string
    standing: 'pending' | 'active' | 'suspended' | 'left' | 'disconnected'
    /** An owner suspended it; it may have been disconnected since. */
    byOwner: boolean
    /** There are no tokens any more. */
    ended: boolean
    person: { id: string; name: string } | null
    connection: { id: string; kind: 'public' | 'internal'; name: string; logoHash: string | null }
  } | null>
}
