import type { AccessEnd } from './access-end.ts'
import type { Capability } from './capability.ts'

/** The access that one user allowed in one run of the flow. Not in force until the partner redeems the code. */
export type Consent = {
  id: string
  workspaceId: string
  connectionId: string
  userId: string
  capabilities: Capability[]
  pages: [string, ...string[]]
  /** How long the access lasts. */
  accessEnd: AccessEnd
  /** The network address that it was given from. */
  address: string | null
  createdAt: Date
  /** After this moment the consent can no longer be redeemed. */
  expiresAt: Date
}
