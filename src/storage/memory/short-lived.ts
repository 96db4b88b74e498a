import type { ShortLived } from '../short-lived.ts'

type Entry = { value: string; expiresAt: number }

/** The embedded default: one process, gone with it. Expired entries are swept as new ones come. */
export function memoryShortLived(now: () => number = Date.now): ShortLived {
  const entries = new Map<string, Entry>()
  let nextSweep = 0

  function live(key: string): Entry | null {
    const entry = entries.get(key)
    if (entry && entry.expiresAt > now()) return entry
    entries.delete(key)
    return null
  }
  function put(key: string, value: string, seconds: number): void {
    if (now() >= nextSweep) {
      for (const [other, entry] of entries) if (entry.expiresAt <= now()) entries.delete(other)
      nextSweep = now() + 60_000
    }
    entries.set(key, { value, expiresAt: now() + seconds * 1000 })
  }

  return {
    async read(key) {
      return live(key)?.value ?? null
    },
    async write(key, value, seconds) {
      put(key, value, seconds)
    },
    async writeNew(key, value, seconds) {
      if (live(key)) return false
      put(key, value, seconds)
      return true
    },
    async replace(key, value, seconds) {
      if (!live(key)) return false
      put(key, value, seconds)
      return true
    },
    async renew(key, seconds) {
      const entry = live(key)
      if (entry) entry.expiresAt = now() + seconds * 1000
      return entry?.value ?? null
    },
    async take(key) {
      const value = live(key)?.value ?? null
      entries.delete(key)
      return value
    },
    async remove(...keys) {
      for (const key of keys) entries.delete(key)
    },
    async ping() {},
    async close() {
      entries.clear()
    },
  }
}
