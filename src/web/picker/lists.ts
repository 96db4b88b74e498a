import type { Picks } from './draft.ts'
import { type PickerHeadings, treeLists } from './picker.ts'
import type { CountLimits, PickerReadings, Placed } from './readings.ts'
import { resultLists } from './results.ts'

export type ListNeeds = { readings: PickerReadings; countLimits: CountLimits }

/** The part between the search box and the sum: the tree, or search results. */
export async function readTreeOrResults(
  { readings, countLimits: limits }: ListNeeds,
  base: string,
  headings: PickerHeadings,
  placed: Placed,
  picks: Picks,
) {
  const { search, ticked } = picks
  const [reading, results] = await Promise.all([
    readings.picker({ ...placed, ticked, lists: search ? null : picks }),
    search ? readings.search({ ...placed, ...search }) : null,
  ])
  const lists =
    search && results
      ? resultLists({ base, limits, ...search, results, ticked: reading.ticked })
      : treeLists({ base, limits, headings, reading, picks })
  return { lists, reading }
}
