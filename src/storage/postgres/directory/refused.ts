/** Lines of a file that are refused, with reasons. */

export type LineFault = { line: number; reason: string }

/** The number listed at once: enough to correct a file in a few runs, and few enough to read. */
export const faultsAtOnce = 20

/** Lines of the file, counted from 1, each with its fault. The import was refused as a whole. */
export class ImportRefused extends Error {
  readonly faults: readonly LineFault[]

  /** @param faults one or more, in the order of the file; of those beyond `faultsAtOnce` only their existence is told. */
  constructor(faults: readonly LineFault[]) {
    super(wordsOf(faults))
    this.name = 'ImportRefused'
    this.faults = faults.slice(0, faultsAtOnce)
  }
}

function wordsOf(faults: readonly LineFault[]): string {
  const told = faults.slice(0, faultsAtOnce).map(({ line, reason }) => `line ${line}: ${reason}`)
  if (faults.length === 1) return told[0]!
  const all =
    faults.length > told.length
      ? `These are the first ${told.length}; there are others`
      : 'These are all that were found'
  return [...told, `The import was refused. ${all}. Correct the lines, and run it again.`].join('\n')
}
