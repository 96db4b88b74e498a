type Waiting<Question, Answer> = {
  question: Question
  resolve(answer: Answer): void
  reject(error: unknown): void
}

/** Far above what an answer takes, and short enough for a request to wait. */
const patienceMs = 250

/**
 * Gathers what is asked at the same time into one question to the database: under load a question waits until one of `atOnce`
 * is answered, and takes along whatever else came meanwhile; at rest it is asked at once. One that the database is slow to
 * answer, because somebody holds what it wants, gives its place up, so that the others do not wait for that. A fault of the
 * one is a fault of all in it, so only questions that cannot fail by themselves belong together.
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
      // After the other requests that the event loop has read in this turn.
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

/** Readings that are asked for at the same time: two such queries at once keep the database busy. */
export const together = { atOnce: 2, most: 64 }

/** The answers to `count` questions from rows that say which question they answer, from 1 on; some have no row. */
export function inOrder<Row extends { nr: string }, Answer>(
  count: number,
  rows: readonly Row[],
  toAnswer: (row: Row | undefined) => Answer,
): Answer[] {
  const found: (Row | undefined)[] = new Array(count).fill(undefined)
  for (const row of rows) found[Number(row.nr) - 1] = row
  return found.map(toAnswer)
}
