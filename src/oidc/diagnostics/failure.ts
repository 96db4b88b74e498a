import type { FlowFailure } from '../../installs/flow-log.ts'

/** A failure where nothing that was sent, or would have been right, is to be shown. */
export const plain = (code: string, sentence: string, advice: string): FlowFailure => ({
  code,
  sentence: whole(sentence),
  sent: null,
  expected: [],
  advice,
})

/** The library's reasons are no sentences. One that begins with the name of a parameter keeps it as it is written. */
function whole(text: string): string {
  const begun = /^[a-z]+\b(?!_)/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}

/** The words of `sent` that are not among `expected`, in quotation marks; null: all are. */
export function foreignWords(sent: string | null | undefined, expected: readonly string[]): string | null {
  const foreign = (sent ?? '').split(/\s+/).filter(word => word !== '' && !expected.includes(word))
  return foreign.length > 0
    ? foreign
        .slice(0, 10)
        .map(word => `“${word.slice(0, 60)}”`)
        .join(', ')
    : null
}

/** What a stranger sent, as much of it as a screen shows. */
export const bounded = (value: unknown) => (typeof value === 'string' ? value.slice(0, 2_000) : null)

/** Years to seconds, the same for every reader: "2026-11-22 22:45:07 UTC". */
export const exactly = (at: Date) => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
