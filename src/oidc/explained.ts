import type { FlowFailure } from '../installs/flow-log.ts'

/** A failure where nothing that was sent, or would have been right, is to be shown. */
export const plain = (code: string, sentence: string, advice: string): FlowFailure => ({
  code,
  sentence,
  sent: null,
  expected: [],
  advice,
})

/** What a stranger sent, as much of it as a screen shows. */
export const bounded = (value: unknown) => (typeof value === 'string' ? value.slice(0, 2_000) : null)

/** Years to seconds, the same for every reader: "2026-11-22 22:45:07 UTC". */
export const exactly = (at: Date) => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
