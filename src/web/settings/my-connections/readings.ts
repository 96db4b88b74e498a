import type { Capability } from '../../../installs/capability.ts'
import type { InstallationState, StateReason } from '../../../installs/installation.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { InstallationReading, Reach } from '../connections/readings.ts'
import type { OffersReadings } from '../offers/readings.ts'

export type MyConnection = {
  installationId: string
  state: InstallationState
  stateReason: StateReason | null
  capabilities: Capability[]
  addedAt: Date
  lastUsedAt: Date | null
  /** null: it has no end. */
  accessEndsAt: Date | null
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

/** What an installation may do, and what its connection may be allowed. */
export type LevelsReading = {
  allowed: Capability[]
  /** Those that the member added after the consent: they count for every token. */
  added: Capability[]
  registered: Capability[]
}

/** An installation of the member's that someone else ended. */
export type EndedByOthers = {
  reason: Extract<
    StateReason,
    | 'by-owner'
    | 'by-operator'
    | 'by-partner'
    | 'authorization-ended'
    | 'let-go'
    | 'not-approved'
    | 'connection-deleted'
  >
  at: Date
  connection: { id: string; name: string; logoHash: string | null }
  /** Whether it could be installed again today. */
  placement: Placement
}

export type MyConnectionsReadings = {
  offers: OffersReadings['waiting']
  /** Ended in the last 30 days and not installed again since, the newest first, 20 at most. */
  ended(workspaceId: string, userId: string, now: Date): Promise<EndedByOthers[]>
  /** A window of the member's own active and suspended installations, by name; `after`: an installation. */
  list(question: {
    workspaceId: string
    userId: string
    after: string | null
  }): Promise<{ rows: MyConnection[]; more: boolean }>
  /** null for an unknown id. */
  levels(workspaceId: string, installationId: string): Promise<LevelsReading | null>
  /** Of anyone in the workspace; null for an unknown id. */
  one(workspaceId: string, installationId: string): Promise<InstallationReading | null>
}
