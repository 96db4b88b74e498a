type Waiting<Question, Answer> = {
  question: Question
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Far longer than a query takes, and short enough for a request to wait. */
const patienceMs = 250

/**
 * Combines concurrent questions into one query, as DataLoader does. An idle batch asks at once; under load a question waits until
 * one of `atOnce` queries returns, together with the questions that arrive meanwhile. A query that is slow, for example on a lock,
 * gives up its slot after 250 ms. An error rejects all questions of its query, so a question must not be able to fail alone.
 * @param ask answers in the order of the questions.
 */
export function batch<Question, Answer>(
  ask: (questions: Question[]) => Promise<Answer[]>,
  limits: { atOnce: number; most: number },
): (question: Question) => Promise<Answer> {
  let waiting: Waiting<Question, Answer>[] = []
  let underWay = 0
  let soon = false

  function send(): void {
    soon = false
    while (underWay < limits.atOnce && waiting.length > 0) {
      const together = waiting.slice(0, limits.most)
      waiting = waiting.slice(limits.most)
      underWay++
      const leave = once(() => {
        underWay--
        send()
      })
      const slow = setTimeout(leave, patienceMs)
      askTogether(together).finally(() => {
        clearTimeout(slow)
        leave()
      })
    }
  }

  async function askTogether(together: Waiting<Question, Answer>[]): Promise<void> {
    try {
      const answers = await ask(together.map(one => one.question))
      for (const [at, one] of together.entries()) one.resolve(answers[at]!)
    } catch (error) {
      for (const one of together) one.reject(error)
    }
  }

  return question =>
    new Promise((resolve, reject) => {
      waiting.push({ question, resolve, reject })
      if (soon || underWay >= limits.atOnce) return
      // After the other requests that the event loop reads in this turn.
      soon = true
      setImmediate(send)
    })
}

function once(act: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    act()
  }
}

/** Limits for reads: two concurrent queries keep the database busy. */
export const together = { atOnce: 2, most: 64 }

/** The answers to `count` questions, from rows numbered from 1; a question may have no row. */
export function inOrder<Row extends { nr: string }, Answer>(
  count: number,
  rows: readonly Row[],
  toAnswer: (row: Row | undefined) => Answer,
): Answer[] {
  const found: (Row | undefined)[] = new Array(count).fill(undefined)
  for (const row of rows) found[Number(row.nr) - 1] = row
  return found.map(toAnswer)
}
