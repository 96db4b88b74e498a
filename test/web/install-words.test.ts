import { describe, expect, it } from '@jest/globals'
import { levelsOf } from '../../src/web/kit/levels.ts'
import { namesWords } from '../../src/web/kit/words.ts'
import type { PickerPage } from '../../src/web/picker/readings.ts'
import { sumOf } from '../../src/web/picker/sum.ts'
import { belowWords, sumWords } from '../../src/web/picker/words.ts'

const below = (...counts: number[]) => counts.map(count => ({ below: count }))

describe('what is said of ticked pages', () => {
  it.each([
    [below(), 'No page is ticked yet.'],
    [below(0), '1 page'],
    [below(0, 0), '2 pages'],
    [below(1), '1 page and everything below it: 2 pages'],
    [below(100, 25, 0), '3 pages and everything below them: 128 pages'],
    [below(99_999), '1 page and everything below it: 100,000 pages'],
    [below(100_000), '1 page and everything below it: 100,001 pages'],
    [below(100_001), '1 page and everything below it: more than 100,000 pages'],
    [below(60_000, 60_000), '2 pages and everything below them: more than 100,000 pages'],
  ])('%j is “%s”', (ticked, words) => {
    expect(sumWords(ticked, 100_000)).toBe(words)
  })

  it.each([
    [0, null],
    [1, '1 page below'],
    [1_000, '1,000 pages below'],
    [1_001, 'more than 1,000 pages below'],
  ])('%i below a row is “%s”', (count, words) => {
    expect(belowWords(count, 1_000)).toBe(words)
  })
})

describe('what a re-install changes', () => {
  const page = (id: string): PickerPage => ({
    id,
    title: id,
    icon: null,
    type: 'page',
    path: [id],
    above: [],
    below: 0,
    reachedNow: true,
  })
  const limits = { row: 100, sum: 100 }
  const handbook = page('Handbook')

  it('is nothing while the same pages are ticked, and what goes where others are', () => {
    const same = sumOf({ ticked: [handbook], granted: [handbook] }, limits)
    expect(same).toEqual({ words: '1 page', changes: { gained: null, lost: null } })
    const ticked = [{ ...page('Roadmap'), reachedNow: false }]
    expect(sumOf({ ticked, granted: [handbook] }, limits).changes).toEqual({
      gained: 'It will also reach “Roadmap”.',
      lost: 'It will no longer reach “Handbook”.',
    })
  })

  it('is said in one sentence while nothing is ticked: that cannot be allowed, so it takes nothing away', () => {
    const sum = sumOf({ ticked: [], granted: [handbook] }, limits)
    expect(sum).toEqual({ words: 'No page is ticked: tick at least one to go on.', changes: null })
  })
})

describe('names in a sentence', () => {
  it.each([
    [['Ada'], 1, 'Ada'],
    [['Ada', 'Ben'], 2, 'Ada and Ben'],
    [['Ada', 'Ben', 'Cleo'], 4, 'Ada, Ben, Cleo and 1 other'],
    [['Ada', 'Ben', 'Cleo'], 4_003, 'Ada, Ben, Cleo and 4,000 others'],
  ])('%j of %i', (names, count, words) => {
    expect(namesWords(names, count)).toBe(words)
  })
})

describe('access levels in plain words', () => {
  it('mark what changes content or shows who people are', () => {
    const levels = levelsOf(['read_content', 'update_content', 'read_user_with_email'], 'Acme')
    expect(levels.map(level => level.mark)).toEqual([null, 'Changes content', 'Personal data'])
  })

  it('say once who is in the workspace, where both are asked', () => {
    const levels = levelsOf(['read_user_without_email', 'read_user_with_email'], 'Acme')
    expect(levels.map(level => level.words)).toEqual([
      'See who is in Acme: names, pictures and e-mail addresses',
    ])
  })
})
