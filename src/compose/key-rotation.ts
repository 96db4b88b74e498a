/** Keeps the secret keys in the order in which this host may use them: the first is the one to write with. */
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Pool } from 'pg'
import { BadConfig } from '../config.ts'
import { type KeyHost, missingKeys, writingKey } from '../installs/key-rotation.ts'
import { keyId } from '../installs/sealed.ts'
import { liveHosts, readLiveHosts } from '../storage/postgres/stores/live-hosts.ts'

export type KeyRotation = {
  /** Looks at once which hosts there are, instead of within five seconds. */
  look(): Promise<void>
  /** Leaves the live hosts. */
  close(): Promise<void>
}

/**
 * Joins the live hosts and follows them. `secretKeys` is reordered in place, so its readers must not copy it.
 * @throws BadConfig when another host writes with a key that is not among them.
 */
export async function joinKeyRotation(
  pool: Pool,
  secretKeys: Buffer[],
  report: (error: unknown) => void,
  everyMs = 5_000,
): Promise<KeyRotation> {
  const hosts = liveHosts(pool)
  const keys = secretKeys.map(keyId)
  const host = { id: randomUUID(), name: `${hostname()}:${process.pid}`, keys }
  const first = await hosts.beat(host, others => {
    const missing = missingKeys(keys, others, new Date())
    const key = writingKey(keys, others)
    if (missing.length > 0 || key === null) throw new BadConfig([refusal(keys, missing, others)])
    return key
  })
  putFirst(secretKeys, first)

  async function look(): Promise<void> {
    const key = await hosts.beat(host, others => writingKey(keys, others) ?? keyId(secretKeys[0]!))
    putFirst(secretKeys, key)
  }
  let looking: Promise<void> = Promise.resolve()
  const lookNext = () => {
    looking = looking.then(look).catch(report)
    return looking
  }
  const timer = setInterval(lookNext, everyMs)
  timer.unref()
  return {
    look: lookNext,
    async close() {
      clearInterval(timer)
      await looking
      await hosts.leave(host.id).catch(() => {}) // its row expires
    },
  }
}

/** For a command beside the running hosts: puts the key first that all of them can read. */
export async function followKeyRotation(pool: Pool, secretKeys: Buffer[]): Promise<void> {
  const key = writingKey(secretKeys.map(keyId), await readLiveHosts(pool))
  if (key) putFirst(secretKeys, key)
}

function putFirst(secretKeys: Buffer[], key: string): void {
  const at = secretKeys.findIndex(one => keyId(one) === key)
  if (at > 0) secretKeys.unshift(...secretKeys.splice(at, 1))
}

function refusal(
  keys: readonly string[],
  missing: ReturnType<typeof missingKeys>,
  others: readonly KeyHost[],
): string {
  const [first] = missing
  if (first)
    return `SECRET_KEYS: the host ${first.host} writes with the key ${first.key}, which is not among ${keys.join(', ')}. Keep that key behind the new one until no host uses it ("latchkey doctor" says when), or stop that host first; one that was killed counts as running for a minute.`
  return `SECRET_KEYS: the running hosts (${others.map(host => host.name).join(', ')}) and this one have no key in common. Start this one with their keys behind the new one.`
}
