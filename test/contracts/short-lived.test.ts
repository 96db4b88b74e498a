import { afterAll, describe, expect, it } from '@jest/globals'
import { memoryShortLived } from '../../src/storage/memory/short-lived.ts'
import { openRedis } from '../../src/storage/redis/client.ts'
import { redisShortLived } from '../../src/storage/redis/short-lived.ts'

const stores = {
  memory: memoryShortLived(),
  redis: redisShortLived(openRedis(process.env.TEST_REDIS_URL!), `short-lived-${process.pid}:`),
}

describe.each(Object.entries(stores))('short-lived state in %s', (_name, store) => {
  afterAll(() => store.close())

  it('reads what was written, and nothing after removal', async () => {
    await store.write('a', 'one', 60)
    expect(await store.read('a')).toBe('one')
    await store.remove('a', 'never-there')
    expect(await store.read('a')).toBeNull()
  })

  it('forgets when the time is over', async () => {
    await store.write('brief', 'x', 1)
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect(await store.read('brief')).toBeNull()
    expect(await store.writeNew('brief', 'y', 60)).toBe(true)
  })

  it('gives a key more time, and never brings one back', async () => {
    await store.write('awake', 'x', 1)
    expect(await store.renew('awake', 60)).toBe('x')
    await new Promise(resolve => setTimeout(resolve, 1_100))
    expect(await store.read('awake')).toBe('x')
    await store.remove('awake')
    expect(await store.renew('awake', 60)).toBeNull()
    expect(await store.read('awake')).toBeNull()
  })

  it('lets one of many write a new key', async () => {
    const wins = await Promise.all(Array.from({ length: 20 }, (_, i) => store.writeNew('race', `${i}`, 60)))
    expect(wins.filter(Boolean)).toHaveLength(1)
  })

  it('replaces a value that exists, and never restores one that was taken', async () => {
    expect(await store.replace('gone', 'x', 60)).toBe(false)
    expect(await store.read('gone')).toBeNull()
    await store.write('gone', 'x', 60)
    expect(await store.replace('gone', 'y', 60)).toBe(true)
    expect(await store.take('gone')).toBe('y')
    expect(await store.replace('gone', 'z', 60)).toBe(false)
  })

  it('lets one of many take a value', async () => {
    await store.write('prize', 'gold', 60)
    const takes = await Promise.all(Array.from({ length: 20 }, () => store.take('prize')))
    expect(takes.filter(take => take === 'gold')).toHaveLength(1)
  })
})
