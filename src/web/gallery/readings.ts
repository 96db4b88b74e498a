import type { Capability } from '../../installs/capability.ts'
import type { Placement } from '../../installs/policy.ts'

export type GalleryConnection = {
  id: string
  name: string
  description: string | null
  developerName: string | null
  logoHash: string | null
  website: string | null
  /** Where the partner's own "connect" begins; null: not told. */
  installUrl: string | null
  firstParty: boolean
  verified: boolean
  capabilities: Capability[]
  /** Whether it may be installed in the workspace, and the user's own installation there; null: no workspace is meant. */
  here: { placement: Placement; installationId: string | null } | null
}

export type GalleryReadings = {
  /** A window of the public connections; `after`: the last one of the window before. */
  list(question: {
    workspaceId: string | null
    userId: string
    words: string
    after: string | null
  }): Promise<{ connections: GalleryConnection[]; more: boolean }>
}
