import type { Capability } from './capability.ts'

export type InstallationState = 'pending' | 'active' | 'suspended' | 'revoked'

/** One connection, installed by one member in one workspace. The id is the `bot_id` that partners store. */
export type Installation = {
  workspaceId: string
  id: string
  connectionId: string
  /** The member who installed it; null for an internal connection, which belongs to the workspace. */
  userId: string | null
  state: InstallationState
  capabilities: Capability[]
  createdAt: Date
  lastUsedAt: Date | null
}
