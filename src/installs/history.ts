/** The filter and the rows of a workspace's history, for the screen and its downloads. */
import type { EventKind } from './events.ts'

/** The events to show. */
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

/** The last event of a window; the next window begins after it. */
export type HistoryCursor = { at: Date; id: string }

/** An event with the names of the people and the connection that it concerns. */
export type HistoryRow = {
  id: string
  at: Date
  kind: EventKind
  actor: { id: string; name: string; email: string } | null
  connection: { id: string; name: string } | null
  /** The installer at that time; null: no installation, or an internal connection's. */
  installer: { id: string; name: string } | null
  /** The names of the two members of a hand-over; null: no hand-over, or someone who is gone. */
  handOver: { from: string | null; to: string | null }
  address: string | null
  requestId: string | null
  data: Record<string, unknown>
}
