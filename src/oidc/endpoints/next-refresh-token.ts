/**
 * The refresh token that comes after another one is determined by it, under a key of ours. So a client that lost the answer,
 * or that asks from twenty workers at once, gets the same one each time, and a family never splits: two who hold one token
 * meet at the next, and the reuse shows.
 */
import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto'
import { tokenValueFrom } from '../../installs/token-value.ts'

export type Successor = { value: string; hash: Buffer }
/** One for each secret key, that of the first key first: the others may have been used before the keys were rotated. */
export type Successors = (refreshToken: string) => Successor[]

export function successors(secretKeys: readonly Buffer[]): Successors {
  const keys = secretKeys.map(key =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'refresh token successor', 64))),
  )
  return refreshToken =>
    keys.map(key => {
      const value = tokenValueFrom('lkr_', createHmac('sha512', key).update(refreshToken).digest())
      return { value, hash: hash('sha256', value, 'buffer') }
    })
}
