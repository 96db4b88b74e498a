/** How a workspace's events are asked for and told: the history screen, and its downloads. */
import type { EventKind } from './events.ts'

/** What to show of it. */
export type HistoryFilter = {
  /** Part of a name or e-mail address; '': everyone. */
  person: string
  connectionId: string | null
  /** Empty: every kind. */
  kinds: readonly EventKind[]
  from: Date | null
  /** Exclusive. */
  until: Date | null
}

/** Where a window ends: the next one begins behind it. */
export type HistoryCursor = { at: Date; id: string }

/** An event with the names of those whom it concerns. */
export type HistoryRow = {
  id: string
  at: Date
  kind: EventKind
  actor: { id: string; name: string; email: string } | null
  connection: { id: string; name: string } | null
  /** Whose installation it concerned at that time; null: none's, or an internal one. */
  installer: { id: string; name: string } | null
  /** Between whom a hand-over was offered or made: their names; null: none, or someone who is gone. */
  handOver: { from: string | null; to: string | null }
  address: string | null
  requestId: string | null
  data: Record<string, unknown>
}
