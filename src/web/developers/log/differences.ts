/** Where two addresses differ: each in pieces, of which some are marked. */
export type Piece = { text: string; marked: boolean }

/** What is the same at the beginning and at the end stays unmarked; what lies between is what differs. */
export function differences(sent: string, expected: string): { sent: Piece[]; expected: Piece[] } {
  const [one, other] = [[...sent], [...expected]]
  let start = 0
  while (start < one.length && start < other.length && one[start] === other[start]) start++
  let end = 0
  while (
    end < one.length - start &&
    end < other.length - start &&
    one[one.length - 1 - end] === other[other.length - 1 - end]
  )
    end++
  return { sent: pieces(one, start, end), expected: pieces(other, start, end) }
}

function pieces(characters: string[], start: number, end: number): Piece[] {
  const until = characters.length - end
  return [
    { text: characters.slice(0, start).join(''), marked: false },
    // Something that is missing is shown where it is missing.
    { text: characters.slice(start, until).join('') || '␣', marked: true },
    { text: characters.slice(until).join(''), marked: false },
  ].filter(piece => piece.text !== '')
}

/** Of several, the one that was probably meant: the one with the most characters in common at both ends. */
export function nearest(sent: string, expected: readonly string[]): string | null {
  const common = (one: string) => {
    const marked = differences(sent, one).sent.find(piece => piece.marked)
    return sent.length - (marked?.text.length ?? 0)
  }
  return [...expected].sort((one, other) => common(other) - common(one))[0] ?? null
}

export const unmarked = (text: string): Piece[] => [{ text, marked: false }]

/** Of words in a row, those that are not among the expected ones are marked. */
export function foreignWords(sent: string, expected: readonly string[]): Piece[] {
  return sent
    .split(/(\s+)/)
    .filter(text => text !== '')
    .map(text => ({ text, marked: text.trim() !== '' && !expected.includes(text) }))
}
