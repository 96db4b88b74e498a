import type { AggregatedResult, Reporter } from '@jest/reporters'

/** Ends the run's output with the plain counts, on a line of their own, for readers of the last line. */
export default class ClosingLine implements Pick<Reporter, 'onRunComplete'> {
  onRunComplete(_contexts: unknown, results: AggregatedResult): void {
    const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = results
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''
    process.stderr.write(
      `\n${numPassedTests} passed, ${numFailedTests + numRuntimeErrorTestSuites} failed${skipped}\n`,
    )
  }
}
