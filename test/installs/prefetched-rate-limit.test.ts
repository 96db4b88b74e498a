import { beforeEach, describe, expect, it } from '@jest/globals'
import { type PrefetchedRateLimit, prefetchedRateLimit } from '../../src/installs/prefetched-rate-limit.ts'
import type { Allowance } from '../../src/installs/rate-limits.ts'

const rule = { share: 10, seconds: 60, maxKeys: 3 }

/** A counter that all processes share: a hundred points in each minute. */
class Counter {
  asked = 0
  answers = true
  private taken = 0
  async take(_key: string, points = 1): Promise<Allowance> {
    this.asked++
    if (!this.answers) throw new Error('no answer')
    this.taken += points
    return this.taken <= 100 ? { allowed: true } : { allowed: false, retryAfterSeconds: 30 }
  }
  refill(): void {
    this.taken = 0
  }
}

let counter: Counter
let now: number
let one: PrefetchedRateLimit

beforeEach(() => {
  counter = new Counter()
  now = 0
  one = prefetchedRateLimit(counter, rule, () => now)
})

const takeMany = async (limit: PrefetchedRateLimit, count: number) => {
  let passed = 0
  for (let at = 0; at < count; at++) if ((await limit.take('key')) === 0) passed++
  return passed
}

describe('an allowance that is taken in shares', () => {
  it('passes exactly what all processes may have together, and asks once for each share', async () => {
    const other = prefetchedRateLimit(counter, rule, () => now)
    expect((await takeMany(one, 60)) + (await takeMany(other, 60))).toBe(100)
    expect(counter.asked).toBe(11)
  })

  it('asks once for all who wait for the same share', async () => {
    await Promise.all(Array.from({ length: 10 }, () => one.take('key')))
    expect(counter.asked).toBe(1)
  })

  it('refuses without asking until the time is over, and passes again after it', async () => {
    await takeMany(one, 101)
    const { asked } = counter
    expect([one.refusedFor('key'), await one.take('key'), one.takeAhead('key')]).toEqual([30, 30, 30])
    expect(counter.asked).toBe(asked)
    now = 30_001
    counter.refill()
    expect([one.refusedFor('key'), await one.take('key')]).toEqual([0, 0])
  })

  it('drops what is left of a share when its window is over', async () => {
    await takeMany(one, 5)
    now = 60_001
    await takeMany(one, 5)
    expect(counter.asked).toBe(2)
  })

  it('passes without waiting while the next share is asked for', () => {
    expect(Array.from({ length: 30 }, () => one.takeAhead('key'))).toEqual(Array(30).fill(0))
    expect(counter.asked).toBe(1)
  })

  it('passes while the counter does not answer', async () => {
    counter.answers = false
    expect(await takeMany(one, 25)).toBe(25)
    expect(one.takeAhead('other')).toBe(0)
  })

  it('keeps a bounded number of keys', async () => {
    for (const key of ['a', 'b', 'c', 'd', 'a']) await one.take(key)
    expect(counter.asked).toBe(5)
  })
})
