import type { Capability } from '../../../installs/capability.ts'
import type { Placement } from '../../../installs/policy.ts'

/** An installation whose installer is no longer in the workspace. `since`: when it stopped. */
export type LeftBehind = {
  installationId: string
  connection: { id: string; name: string; logoHash: string | null; disabled: boolean }
  person: { id: string; name: string; email: string }
  since: Date
  capabilities: Capability[]
  /** Granted pages. */
  pages: number
  /** The offer that waits, if any. */
  offer: { id: string; to: string; at: Date } | null
  /** The member who declined the last offer; null if it was offered again since. */
  declinedBy: string | null
}

/** A member who could take it over. `hasOwn`: they have it installed; `reaches`: how many of its granted pages they reach. */
export type Receiver = {
  id: string
  name: string
  email: string
  placement: Placement
  hasOwn: boolean
  reaches: number
}

export type HandOverReadings = {
  /** A window by the connection's name, behind the installation `after`. */
  list(question: {
    workspaceId: string
    after: string | null
  }): Promise<{ rows: LeftBehind[]; more: boolean }>
  /** One of them with members by name; empty `words` match all. Null for an unknown installation. */
  receivers(question: {
    workspaceId: string
    installationId: string
    words: string
  }): Promise<{ left: LeftBehind; receivers: Receiver[]; more: boolean } | null>
}
