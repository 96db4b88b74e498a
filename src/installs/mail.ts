/** E-mail about what happened: whom each kind concerns, and when it is sent. */

export const mailKinds = [
  'approval-requested',
  'approval-decided',
  'hand-over-offered',
  'installation-ended',
  'refresh-token-reused',
  'endpoint-switched-off',
] as const
export type MailKind = (typeof mailKinds)[number]

/** The facts of one mail, read when it is sent. Members that its kind does not have are null. */
export type MailFact = {
  id: string
  kind: MailKind
  userId: string
  userName: string
  email: string
  /** Of the event; null: no event, but an endpoint that was switched off. */
  eventKind: string | null
  workspaceId: string | null
  workspaceName: string | null
  connectionId: string
  connectionName: string
  /** Who did it; null: the operator or the system. */
  actorName: string | null
  requestId: string | null
  offerId: string | null
  /** The member's reason for a request. */
  reason: string | null
  /** The owner's words with a decision. */
  answer: string | null
  endpointUrl: string | null
  endpointIsGone: boolean | null
}

/** Approval requests that follow one another go to an owner in one mail. */
export const gatherMs = 10 * 60_000

/**
 * When the mail about an approval request is sent: at once, or with those that follow within ten minutes of the last mail.
 * @param last the latest time at which such a mail was due, or is; null: there was none.
 */
export function dueAt(kind: MailKind, last: Date | null, now: Date): Date {
  if (kind !== 'approval-requested' || last === null) return now
  if (last > now) return last
  const next = new Date(last.getTime() + gatherMs)
  return next > now ? next : now
}

const [minute, hour] = [60_000, 3_600_000]
const waits = [minute, 5 * minute, 15 * minute, hour, 3 * hour, 6 * hour, 12 * hour]

/** Milliseconds until a mail is tried again; null: it is given up, after two days. */
export const mailWaitAfter = (attempts: number): number | null =>
  attempts > 9 ? null : (waits[attempts - 1] ?? 12 * hour)
