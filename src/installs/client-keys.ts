/** The public keys with which a client signs its assertions (RFC 7523): in its registration, or at an address of its own. */
import { createPublicKey, type JsonWebKey } from 'node:crypto'

/** A JWK (RFC 7517). */
export type PublicKey = Readonly<Record<string, string | string[]>>
export type KeySet = { keys: PublicKey[] }

const maxKeys = 20
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

/** The fault of a key set, as the end of a sentence; null when it may be registered. */
export function faultOfKeySet(set: KeySet): string | null {
  const keys = set?.keys
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > maxKeys)
    return `must have 1 to ${maxKeys} keys, as {"keys":[…]}`
  for (const [at, key] of keys.entries()) {
    const fault = faultOfKey(key)
    if (fault) return `has at place ${at + 1} ${fault}`
  }
  return null
}

function faultOfKey(key: PublicKey): string | null {
  if (typeof key !== 'object' || key === null) return 'no key'
  if (secretMembers.some(member => member in key)) return 'a private key; register the public one'
  let size: number | undefined
  try {
    size = createPublicKey({ key: key as JsonWebKey, format: 'jwk' }).asymmetricKeyDetails?.modulusLength
  } catch {
    return 'no public key that can be read'
  }
  if (key.kty === 'EC' && key.crv === 'P-256') return null
  if (key.kty === 'OKP' && key.crv === 'Ed25519') return null
  if (key.kty === 'RSA') return size !== undefined && size >= 2_048 ? null : 'an RSA key under 2,048 bits'
  return 'a key of another kind; EC keys on P-256, Ed25519 and RSA are accepted'
}
