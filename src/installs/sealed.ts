/**
 * Encryption of values that must be readable again: AES-256-GCM under one of the secret keys. A sealed text names its key, so keys
 * can be rotated while older texts still open.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Encrypts under the first key. `purpose` is authenticated: a text sealed for one purpose does not open for another. */
export function seal(keys: readonly Buffer[], purpose: string, text: string): string {
  const key = keys[0]!
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(purpose))
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return `${keyId(key)}.${Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url')}`
}

/** Decrypts with the key that the text names; null when it is not among `keys` or the text was altered. */
export function openSealed(keys: readonly Buffer[], purpose: string, sealed: string): string | null {
  const [id, body = ''] = sealed.split('.')
  const key = keys.find(one => keyId(one) === id)
  const bytes = Buffer.from(body, 'base64url')
  if (!key || bytes.length < 28) return null
  const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12))
  cipher.setAAD(Buffer.from(purpose))
  cipher.setAuthTag(bytes.subarray(-16))
  try {
    return Buffer.concat([cipher.update(bytes.subarray(12, -16)), cipher.final()]).toString('utf8')
  } catch {
    return null
  }
}

/** The fingerprint of a key: eight characters that do not reveal it. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update('latchkey key id').update(key).digest('base64url').slice(0, 8)
}
