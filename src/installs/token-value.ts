/**
 * The format of our secrets: a prefix that secret scanners find, 30 random base62 characters, and 6 of CRC-32 in base62, so
 * that a typo is refused before any look-up. Only `[A-Za-z0-9_]`, since partner clients encode Basic credentials differently.
 */
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

/**
 * Access, refresh, internal token; client secret; authorization code; credential of the host product;
 * management of a registration; SCIM of a workspace (its directory).
 */
export type TokenPrefix = 'lka_' | 'lkr_' | 'lki_' | 'lks_' | 'lkc_' | 'lkh_' | 'lkm_' | 'lkd_'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomLength = 30
const shape = /^lk[adrischm]_[0-9A-Za-z]{36}$/

/** A new value. `random` gives that many random bytes. */
export function newTokenValue(
  prefix: TokenPrefix,
  random: (size: number) => Uint8Array = randomBytes,
): string {
  let text = ''
  while (text.length < randomLength) text += base62(random(40), randomLength - text.length)
  return withChecksum(prefix + text)
}

/** The value that these bytes determine: the same bytes, the same value. At least 48 bytes of a keyed hash. */
export function tokenValueFrom(prefix: TokenPrefix, bytes: Buffer): string {
  const text = base62(bytes, randomLength)
  if (text.length < randomLength) throw new Error('too few bytes for a token value')
  return withChecksum(prefix + text)
}

/** The prefix of a well-formed value; null for anything else, a typo among it. */
export function tokenPrefix(value: string): TokenPrefix | null {
  if (!shape.test(value)) return null
  const body = value.slice(0, -6)
  return withChecksum(body) === value ? (value.slice(0, 4) as TokenPrefix) : null
}

/** Bytes of 248 and more are left out: 248 is four times 62, so that every character is equally likely. */
function base62(bytes: Uint8Array, length: number): string {
  let text = ''
  for (const byte of bytes) {
    if (text.length === length) break
    if (byte < 248) text += alphabet[byte % 62]
  }
  return text
}

function withChecksum(body: string): string {
  let rest = crc32(body)
  let digits = ''
  for (let place = 0; place < 6; place++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return body + digits
}
