/** What issuing tokens has in common: statements that take several requests along, and fall back to one each. */
import { batch } from '../batch.ts'
import { againAfterDeadlock, wasTakenBack } from '../transaction.ts'

export type Payload = Record<string, unknown>
export type NewToken = { hash: Buffer; payload: Payload; expiresAt: Date }
export type Issue = { grantId: string; access: NewToken; refresh: NewToken | null; now: Date }
export type Trace = { eventId: string; at: Date; address: string | null; requestId: string }

const most = 64

/**
 * Requests of the same moment in one statement and one commit. `ask` passes over whatever it would have to wait for, so that
 * no statement waits for a lock while it holds those of several requests; what it has no answer for (null) is asked again
 * alone, as is all of a statement that the database took back, so that the fault of one is not the others'.
 */
export function issuing<Question, Answer>(
  ask: (questions: readonly Question[], waits: boolean) => Promise<(Answer | null)[]>,
  atOnce: number,
): (question: Question) => Promise<Answer> {
  const together = batch<Question, Answer | null>(
    questions =>
      ask(questions, false).catch(error => {
        if (!wasTakenBack(error)) throw error
        return questions.map(() => null)
      }),
    { atOnce, most },
  )
  return async question => {
    const answer = await together(question)
    return answer ?? (await againAfterDeadlock(() => ask([question], true)))[0]!
  }
}

/** The columns of a new token for each issue, as arrays; without a token, nulls. */
export function tokenColumns(tokens: readonly (NewToken | null)[]): unknown[] {
  return [
    tokens.map(token => token?.hash ?? null),
    tokens.map(token => (token ? JSON.stringify(token.payload) : null)),
    tokens.map(token => token?.expiresAt ?? null),
  ]
}
