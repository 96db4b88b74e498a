/**
 * The next refresh token is an HMAC of the current one. A client that retries after a lost response, or refreshes from several
 * workers at once, gets the same value each time, so a token family never branches: two holders of one token obtain the same
 * next token, and the second use of that is detected as reuse.
 */
import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto'
import { tokenValueFrom } from '../../installs/token-value.ts'
import { derivedKeys } from '../derived-keys.ts'

export type NextRefreshToken = { value: string; hash: Buffer }
/** The candidates, one for each secret key in order: earlier rotations may have used a key that is no longer first. */
export type NextRefreshTokens = (refreshToken: string) => NextRefreshToken[]

/** @param secretKeys 32 bytes each. */
export function nextRefreshTokens(secretKeys: readonly Buffer[]): NextRefreshTokens {
  const keys = derivedKeys(secretKeys, key =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'refresh token successor', 64))),
  )
  return refreshToken =>
    keys().map(key => {
      const value = tokenValueFrom('lkr_', createHmac('sha512', key).update(refreshToken).digest())
      return { value, hash: hash('sha256', value, 'buffer') }
    })
}
