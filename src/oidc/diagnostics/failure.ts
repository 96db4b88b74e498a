import type { FlowFailure } from '../../installs/flow-log.ts'

/** A failure without sent and expected values. */
export const plain = (code: string, sentence: string, advice: string): FlowFailure => ({
  code,
  sentence: whole(sentence),
  sent: null,
  expected: [],
  advice,
})

/** Makes a sentence of the library's reason. A parameter name at its beginning keeps its case. */
function whole(text: string): string {
  const begun = /^[a-z]+\b(?!_)/.test(text) ? text[0]!.toUpperCase() + text.slice(1) : text
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}

/** The words of `sent` that are not in `expected`, in quotation marks; null if all of them are. */
export function foreignWords(sent: string | null | undefined, expected: readonly string[]): string | null {
  const foreign = (sent ?? '').split(/\s+/).filter(word => word !== '' && !expected.includes(word))
  return foreign.length > 0
    ? foreign
        .slice(0, 10)
        .map(word => `“${word.slice(0, 60)}”`)
        .join(', ')
    : null
}

/** A value from the request, up to the length that a screen shows. */
export const bounded = (value: unknown) => (typeof value === 'string' ? value.slice(0, 2_000) : null)

/** A UTC timestamp to the second: "2026-11-22 22:45:07 UTC". */
export const exactly = (at: Date) => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`
