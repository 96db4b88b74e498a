import type { Capability } from '../../installs/capability.ts'
import type { Placement } from '../../installs/policy.ts'

export type GalleryConnection = {
  id: string
  name: string
  description: string | null
  developerName: string | null
  logoHash: string | null
  website: string | null
  /** The partner's own page that begins the flow, if the developer gave one. */
  installUrl: string | null
  firstParty: boolean
  verified: boolean
  capabilities: Capability[]
  /** The user's placement and own installation in the workspace of the question; null without a workspace. */
  here: { placement: Placement; installationId: string | null } | null
}

export type GalleryReadings = {
  /** A window of the public connections that can be installed; `after`: the last one of the window before. */
  list(question: {
    workspaceId: string | null
    userId: string
    words: string
    after: string | null
  }): Promise<{ connections: GalleryConnection[]; more: boolean }>
}
