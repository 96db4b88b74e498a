/** The differences between two addresses: each in pieces, of which some are marked. */
export type Piece = { text: string; marked: boolean }

/** Printed where one side lacks something that the other has. */
const missing = '␣'
/** Longer texts are not compared: the time grows with the square of the length. */
const comparedLimit = 400
/** A shorter common run between two differences is taken for chance. */
const shortestCommon = 3

/** One run of both: the same on both sides, or different. */
type Run = { same: boolean; sent: string; expected: string }

/** Marks the differences of both sides, and the gap where one side lacks something. */
export function differences(sent: string, expected: string): { sent: Piece[]; expected: Piece[] } {
  const runs = withoutChance(runsOf([...sent], [...expected]))
  const side = (which: 'sent' | 'expected') =>
    runs.map(run => ({ text: run[which] || missing, marked: !run.same }))
  return { sent: side('sent'), expected: side('expected') }
}

function commonEnds(one: string[], other: string[]): { start: number; end: number } {
  const most = Math.min(one.length, other.length)
  let start = 0
  while (start < most && one[start] === other[start]) start++
  let end = 0
  while (end < most - start && one[one.length - 1 - end] === other[other.length - 1 - end]) end++
  return { start, end }
}

function runsOf(one: string[], other: string[]): Run[] {
  const { start, end } = commonEnds(one, other)
  const same = (text: string[]): Run => ({ same: true, sent: text.join(''), expected: text.join('') })
  const [left, right] = [one.slice(start, one.length - end), other.slice(start, other.length - end)]
  const between: Run[] =
    left.length > comparedLimit || right.length > comparedLimit
      ? [{ same: false, sent: left.join(''), expected: right.join('') }]
      : charByChar(left, right)
  const runs = [same(one.slice(0, start)), ...between, same(one.slice(one.length - end))]
  return runs.filter(run => run.sent !== '' || run.expected !== '')
}

/** By the longest common subsequence. */
function charByChar(one: string[], other: string[]): Run[] {
  const common = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1))
  for (let i = one.length - 1; i >= 0; i--)
    for (let j = other.length - 1; j >= 0; j--)
      common[i]![j] =
        one[i] === other[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!)
  const runs: Run[] = []
  const add = (same: boolean, sent: string, expected: string) => {
    const last = runs.at(-1)
    if (last?.same !== same) runs.push({ same, sent, expected })
    else Object.assign(last, { sent: last.sent + sent, expected: last.expected + expected })
  }
  let [i, j] = [0, 0]
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) add(true, one[i++]!, other[j++]!)
    else if (j === other.length || (i < one.length && common[i + 1]![j]! >= common[i]![j + 1]!))
      add(false, one[i++]!, '')
    else add(false, '', other[j++]!)
  }
  return runs
}

/** Merges short common runs between two differences into them. */
function withoutChance(runs: Run[]): Run[] {
  const merged: Run[] = []
  for (const [at, run] of runs.entries()) {
    const inside = at > 0 && at < runs.length - 1
    const same = run.same && !(inside && [...run.sent].length < shortestCommon)
    const last = merged.at(-1)
    if (last && last.same === same)
      Object.assign(last, { sent: last.sent + run.sent, expected: last.expected + run.expected })
    else merged.push({ ...run, same })
  }
  return merged
}

/** The expected value that was probably meant: the one with the longest common start and end. */
export function nearest(sent: string, expected: readonly string[]): string | null {
  const common = (one: string) => {
    const { start, end } = commonEnds([...sent], [...one])
    return start + end
  }
  return [...expected].sort((one, other) => common(other) - common(one))[0] ?? null
}

export const unmarked = (text: string): Piece[] => [{ text, marked: false }]

/** Marks the words that are not among the expected ones. */
export function foreignWords(sent: string, expected: readonly string[]): Piece[] {
  return sent
    .split(/(\s+)/)
    .filter(text => text !== '')
    .map(text => ({ text, marked: text.trim() !== '' && !expected.includes(text) }))
}
