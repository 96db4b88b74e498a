import type { Capability } from '../../../installs/capability.ts'
import type { InstallationState } from '../../../installs/installation.ts'
import type { Placement } from '../../../installs/policy.ts'

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

export type MyConnectionsReadings = {
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
