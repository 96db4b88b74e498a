/** The check of `latchkey doctor` that tells which step a rotation of the secret keys is on. */
import type { Pool } from 'pg'
import { type KeyHost, missingKeys, writingKey } from '../installs/key-rotation.ts'
import { keyId } from '../installs/sealed.ts'
import { countSealedTokens, readLiveHosts } from '../storage/postgres/stores/live-hosts.ts'
import type { Verdict } from './doctor-finding.ts'

/** @param secretKeys of this host, in order. */
export async function examineRotation(pool: Pool, secretKeys: readonly Buffer[]): Promise<Verdict> {
  const own = secretKeys.map(keyId)
  const sealed = await countSealedTokens(pool)
  const lost = sealed.filter(one => !own.includes(one.key))
  if (lost.length > 0)
    return {
      ok: false,
      found: lost.map(one => `${tokens(one.count)} encrypted with the key ${one.key}`).join(', '),
      advice: 'Put the key back into SECRET_KEYS, or renew these tokens in the developer hub.',
    }
  return rotationStep(own, await readLiveHosts(pool), sealed, new Date())
}

/** Which step the hosts are on, from where each key is known. */
export function rotationStep(
  own: readonly string[],
  hosts: readonly KeyHost[],
  sealed: readonly { key: string; count: number }[],
  now: Date,
): Verdict {
  const [first] = own
  if (hosts.length === 0) return { ok: true, found: `no server is running; this host writes with ${first}` }
  const [missing] = missingKeys(own, hosts, now)
  if (missing)
    return {
      ok: false,
      found: `${missing.host} writes with the key ${missing.key}, which this host lacks`,
      advice: 'Put that key behind the first one in SECRET_KEYS; a start without it is refused.',
    }
  const without = hosts.filter(host => !host.keys.includes(first!)).map(host => host.name)
  if (without.length > 0)
    return {
      ok: true,
      found: `step 1 of 3: ${without.join(', ')} ${without.length === 1 ? 'lacks' : 'lack'} the key ${first}; until then all write with ${writingKey(own, hosts)}`,
      advice: 'Restart these hosts with the new key in front and the old one behind it, in any order.',
    }
  if (own.length === 1) return { ok: true, found: `${count(hosts.length)} with the key ${first}` }
  const behind = sealed.filter(one => one.key !== first)
  if (behind.length > 0)
    return {
      ok: true,
      found: `step 2 of 3: ${count(hosts.length)} with the key ${first}; ${behind.map(one => `${tokens(one.count)} encrypted with ${one.key}`).join(', ')}`,
      advice: 'Keep the old key until these tokens are renewed.',
    }
  return {
    ok: true,
    found: `step 3 of 3: ${count(hosts.length)} with the key ${first}`,
    advice: `An hour after the last restart, when no flow is left that began before, remove ${own.slice(1).join(', ')} from SECRET_KEYS.`,
  }
}

const count = (hosts: number) => `${hosts} ${hosts === 1 ? 'server writes' : 'servers write'}`
const tokens = (number: number) => `${number} ${number === 1 ? 'internal token is' : 'internal tokens are'}`
