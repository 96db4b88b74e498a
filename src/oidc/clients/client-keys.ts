/** The public keys of clients: those of the registration, or those at its jwks_uri, fetched and kept for a while. */
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { faultOfKeySet, type KeySet } from '../../installs/client-keys.ts'
import type { ClientConnection } from '../ports.ts'

export type FetchKeys = (url: URL) => Promise<{ status: number; body: Buffer } | { fault: string }>

/**
 * The keys of a client; null: it has none. `anew`: those that it publishes may have changed, and are fetched again, with a pause
 * between two fetches. Both throw KeysUnavailable.
 */
export type ClientKeys = { known: JWTVerifyGetKey; anew?: JWTVerifyGetKey }
export type KeysOf = (connection: ClientConnection) => ClientKeys | null

const keptSeconds = 300
/** Between two fetches of one address, whatever asks for them: a failure is kept as well, and an unknown key asks again. */
const pauseSeconds = 60
const maxKept = 1_000

type Entry = { at: number; keys: Promise<JWTVerifyGetKey> }

export function clientKeys(needs: { fetchKeys: FetchKeys; now(): Date }): KeysOf {
  const local = new WeakMap<KeySet, JWTVerifyGetKey>()
  const remote = new Map<string, Entry>()

  function fetched(uri: string, maxAgeSeconds: number): Promise<JWTVerifyGetKey> {
    const now = needs.now().getTime()
    const known = remote.get(uri)
    if (known && known.at > now - maxAgeSeconds * 1000) return known.keys
    remote.delete(uri)
    if (remote.size >= maxKept) remote.delete(remote.keys().next().value!)
    const entry: Entry = { at: now, keys: fetchSet(needs.fetchKeys, uri) }
    // A failure is kept for the pause alone.
    entry.keys.catch(() => {
      entry.at -= (keptSeconds - pauseSeconds) * 1000
    })
    remote.set(uri, entry)
    return entry.keys
  }

  return ({ jwks, jwksUri }) => {
    if (jwks !== null) {
      const known = local.get(jwks) ?? keySet(jwks)
      local.set(jwks, known)
      return { known }
    }
    if (jwksUri === null) return null
    const published =
      (maxAgeSeconds: number): JWTVerifyGetKey =>
      async (header, token) =>
        (await fetched(jwksUri, maxAgeSeconds))(header, token)
    return { known: published(keptSeconds), anew: published(pauseSeconds) }
  }
}

/** Both names of the algorithm are in use for Ed25519 keys (RFC 9864), so that such a key is found under either. */
function keySet({ keys }: KeySet): JWTVerifyGetKey {
  const usable = keys.map(({ alg, ...key }) =>
    key.kty === 'OKP' || alg === undefined ? key : { ...key, alg },
  )
  return createLocalJWKSet({ keys: usable } as JSONWebKeySet)
}

/** A key set that could not be had; the message is the end of a sentence. */
export class KeysUnavailable extends Error {}

async function fetchSet(fetchKeys: FetchKeys, uri: string): Promise<JWTVerifyGetKey> {
  const answer = await fetchKeys(new URL(uri))
  if ('fault' in answer) throw new KeysUnavailable(answer.fault)
  if (answer.status !== 200) throw new KeysUnavailable(`answered with status ${answer.status}`)
  let set: KeySet
  try {
    set = JSON.parse(answer.body.toString('utf8'))
  } catch {
    throw new KeysUnavailable('is no valid JSON')
  }
  // A published set may have keys for other uses beside those for signatures.
  const keys = Array.isArray(set?.keys) ? set.keys.filter(key => faultOfKeySet({ keys: [key] }) === null) : []
  if (keys.length === 0) throw new KeysUnavailable('has no key that can be used')
  return keySet({ keys })
}
