/** Shared by redeem.ts and rotate.ts: statements that serve several requests, with a fallback to one each. */
import type { NewToken } from '../../../oidc/ports.ts'
import { batch } from '../batch.ts'
import { againAfterDeadlock, wasTakenBack } from '../transaction.ts'

const max = 64

/**
 * Serves concurrent requests by one statement and one commit. Without `waits`, `ask` skips locked rows, so that no statement waits
 * for a lock while it holds those of other requests. Questions it left unanswered (null) are asked again on their own, as are
 * all questions of a statement that was rolled back.
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
    { atOnce, most: max },
  )
  return async question => {
    const answer = await together(question)
    return answer ?? (await againAfterDeadlock(() => ask([question], true)))[0]!
  }
}

/** The columns of the new tokens as arrays, with nulls where there is no token. */
export function tokenColumns(tokens: readonly (NewToken | null)[]): unknown[] {
  return [
    tokens.map(token => token?.hash ?? null),
    tokens.map(token => (token ? JSON.stringify(token.payload) : null)),
    tokens.map(token => token?.expiresAt ?? null),
  ]
}
