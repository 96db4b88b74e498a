import type { Capability } from './capability.ts'

/** A token as a partner presents it, ready to be looked up: never its value, only the SHA-256 that is stored. */
export type PresentedToken = {
  /** `lka_…` tokens come from the flow, `lki_…` tokens belong to an internal connection. */
  kind: 'access' | 'internal'
  hash: Buffer
}

/** The user that a live token acts for, and its rights. */
export type Bearer = {
  workspaceId: string
  /** The `bot_id` that partners store. */
  installationId: string
  connectionId: string
  connectionName: string
  /** The member who installed it; null for an internal connection, which belongs to the workspace. */
  userId: string | null
  /** Allowed by the token and by the installation, both. */
  capabilities: Capability[]
  /** The resource that the token was requested for (RFC 8707), if any. */
  audience: string | null
  /** The thumbprint of the key that the token is bound to (RFC 9449); null: whoever has it may use it. */
  jkt: string | null
  /** The internal token's id; null for a token from the flow. */
  internalTokenId: string | null
}

/** A page that the bearer reaches. */
export type ReachedPage = {
  id: string
  parentId: string | null
  /** The bearer reaches the parent too, so that its id may be disclosed. */
  parentReached: boolean
  title: string
  icon: string | null
  type: 'page' | 'database'
  createdAt: Date
  updatedAt: Date
  createdBy: string | null
  lastEditedBy: string | null
}
