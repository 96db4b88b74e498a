import type { InstallationState } from '../../../installs/installation.ts'

export type InternalToken = {
  id: string
  createdAt: Date
  createdBy: string | null
  lastUsedAt: Date | null
  /** Set for one that was renewed with an overlap. */
  expiresAt: Date | null
}

export type InternalTokens = {
  /** The workspace's installation; null: there is none. */
  installationId: string | null
  state: InstallationState | null
  /** Pages granted to it. */
  pages: number
  /** Those in force, newest first. */
  tokens: InternalToken[]
}

export type TokenReadings = {
  /** The standing tokens of an internal connection. */
  internalTokens(connectionId: string, now: Date): Promise<InternalTokens>
}
