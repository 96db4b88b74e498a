/** Where two addresses differ: each in pieces, of which some are marked. */
export type Piece = { text: string; marked: boolean }

/** Stands where the other side has something. */
const missing = '␣'
/** Beyond it nobody compares character by character, and the time would grow with the square. */
const comparedLimit = 400
/** Fewer characters in common between two differences are chance. */
const shortestCommon = 3

/** One stretch of both: the same on both sides, or different. */
type Run = { same: boolean; sent: string; expected: string }

/** What both have is left as it is, what differs is marked; what one side lacks is marked where it is missing. */
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

/** Short stretches in common between two differences become part of them. */
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

/** Of several, the one that was probably meant: the one with the most characters in common at both ends. */
export function nearest(sent: string, expected: readonly string[]): string | null {
  const common = (one: string) => {
    const { start, end } = commonEnds([...sent], [...one])
    return start + end
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
