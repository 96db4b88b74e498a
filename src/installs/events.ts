/** The kinds of thing that happen. The history screen, the developer's log and webhooks read the same table. */
export type EventKind =
  | 'connection.registered'
  | 'connection.disabled'
  | 'connection.enabled'
  | 'secret.rotated'
  | 'consent.given'
  | 'installation.activated'
  | 'installation.reinstalled'
  | 'installation.suspended'
  | 'token.refreshed'
  | 'refresh-token.reused'
  | 'token.revoked'

/** One thing that happened, by whom, to what, when, and from which address. Append-only. */
export type InstallEvent = {
  id: string
  at: Date
  kind: EventKind
  workspaceId: string | null
  connectionId: string | null
  installationId: string | null
  /** The user who did it; null when the partner or the system did. */
  actorId: string | null
  address: string | null
  requestId: string | null
  /** Facts of this kind. Never a secret, a token or a page title. */
  data: Record<string, unknown>
}
