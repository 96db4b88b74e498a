import type { Picks } from './draft.ts'
import { type PickerHeadings, treeLists } from './picker.ts'
import type { CountLimits, InstallContext, PickerReadings } from './readings.ts'
import { resultLists } from './results.ts'

/** The part between the search box and the sum: the tree, or search results. */
export async function readTreeOrResults(
  { readings, countLimits: limits }: { readings: PickerReadings; countLimits: CountLimits },
  base: string,
  headings: PickerHeadings,
  context: InstallContext,
  picks: Picks,
) {
  const { search, ticked } = picks
  const [reading, results] = await Promise.all([
    readings.picker({ ...context, ticked, lists: search ? null : picks }),
    search ? readings.search({ ...context, ...search }) : null,
  ])
  const lists =
    search && results
      ? resultLists({ base, limits, ...search, results, ticked: reading.ticked })
      : treeLists({ base, limits, headings, reading, picks })
  return { lists, reading }
}
