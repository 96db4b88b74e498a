import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { begin, play, sequences, steps } from '../machine/_sequences.ts'
import { tour } from '../machine/_tour.ts'
import { startServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

describe('every way to ask about a page agrees with the model', () => {
  it('after each step of people, partners, the directory and time', async () => {
    await play(server, tour)
    expect(new Set(tour.map(({ name }) => name))).toEqual(new Set(Object.keys(steps)))
  })

  it('after random sequences of them, some two at the same moment', async () => {
    const outcome = await fc.check(
      fc.asyncProperty(sequences(12), async steps => {
        const begun = await begin(server)
        await fc.asyncModelRun(() => begun, steps)
      }),
      { numRuns: 3, seed: 644, endOnFailure: true },
    )
    expect(outcome.failed ? [fc.defaultReportMessage(outcome), outcome.errorInstance] : null).toBeNull()
  })
})
