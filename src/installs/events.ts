/** The kinds of events. The history, the developer's log and webhooks read one table. */
export type EventKind =
  | 'connection.registered'
  /** Its developer changed the registration: which members, and redirect URIs, capabilities and optional ones before and after. */
  | 'connection.updated'
  | 'connection.disabled'
  | 'connection.enabled'
  | 'connection.deleted'
  /** Another client secret was made, beside the one in use. */
  | 'secret.rotated'
  | 'secret.revoked'
  | 'consent.given'
  | 'installation.activated'
  | 'installation.reinstalled'
  | 'installation.suspended'
  | 'installation.resumed'
  | 'installation.disconnected'
  /** The member renewed access that was allowed for a while. */
  | 'installation.renewed'
  | 'capabilities.added'
  | 'pages.changed'
  | 'internal-token.copied'
  /** Another internal token was made; the old one ended, or works for an overlap. */
  | 'internal-token.renewed'
  | 'internal-token.revoked'
  | 'token.refreshed'
  | 'code.reused'
  | 'refresh-token.reused'
  | 'token.revoked'
  /** An owner set another policy; before and after. */
  | 'policy.changed'
  /** A connection was added to the approved list, or removed from it. */
  | 'approval.added'
  | 'approval.removed'
  | 'publisher.approved'
  | 'publisher.removed'
  /** A member requested an approval, withdrew the request, or continued after the approval. */
  | 'approval-request.made'
  | 'approval-request.withdrawn'
  | 'approval-request.taken-up'
  /** An owner decided the request, or the approval of the connection did. */
  | 'approval-request.approved'
  | 'approval-request.declined'
  /** The partner was told that access is denied. */
  | 'approval-request.closed'
  /** An owner offered a departed member's installation to another member, or took the offer back. */
  | 'hand-over.offered'
  | 'hand-over.withdrawn'
  /** The member whom the owner named took it over, or did not want it. */
  | 'hand-over.accepted'
  | 'hand-over.declined'
  /** A developer made or removed their sandbox. */
  | 'sandbox.created'
  | 'sandbox.removed'

/** One event: its actor, its subject, its time, and the address that it came from. Append-only. */
export type InstallEvent = {
  id: string
  at: Date
  kind: EventKind
  workspaceId: string | null
  connectionId: string | null
  installationId: string | null
  /** The previous installer, where this very event changed it; left out: the present one. */
  installerId?: string
  /** The user who did it; null when the partner or the system did. */
  actorId: string | null
  address: string | null
  requestId: string | null
  /** Facts of this kind. Never a secret, a token or a page title. */
  data: Record<string, unknown>
}
