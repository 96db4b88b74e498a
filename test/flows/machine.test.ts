import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { begin, sequences } from '../machine/_sequences.ts'
import { startServer } from '../support/server.ts'

it('random sequences of people, partners and the directory: every way to ask agrees with the model', async () => {
  const server = await startServer()
  const outcome = await fc.check(
    fc.asyncProperty(sequences(12), async steps => {
      const begun = await begin(server)
      await fc.asyncModelRun(() => begun, steps)
    }),
    { numRuns: 6, seed: 7, endOnFailure: true },
  )
  await server.close()
  expect(outcome.failed ? [fc.defaultReportMessage(outcome), outcome.errorInstance] : null).toBeNull()
}, 120_000)
