import type { HistoryCursor, HistoryFilter, HistoryRow } from '../../../installs/history.ts'

export type HistoryReadings = {
  /** Newest first. */
  window(question: {
    workspaceId: string
    filter: HistoryFilter
    after: HistoryCursor | null
    limit: number
  }): Promise<HistoryRow[]>
  stream(question: { workspaceId: string; filter: HistoryFilter }): AsyncIterable<HistoryRow>
  connections(workspaceId: string): Promise<{ id: string; name: string }[]>
}
