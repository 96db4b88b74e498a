import type { InstallationState } from '../../../installs/installation.ts'

export type InternalToken = {
  id: string
  createdAt: Date
  createdBy: string | null
  lastUsedAt: Date | null
  /** Set for a token that was renewed with an overlap. */
  expiresAt: Date | null
}

export type InternalTokens = {
  /** The workspace's installation; null without one. */
  installationId: string | null
  state: InstallationState | null
  /** Pages granted to it. */
  pages: number
  /** The live ones, newest first. */
  tokens: InternalToken[]
}

export type TokenReadings = {
  /** The internal tokens of a connection. */
  internalTokens(connectionId: string, now: Date): Promise<InternalTokens>
}
