/**
 * The code of an authorization is an HMAC of its id. A browser that follows the answer of a flow again, after a lost response or
 * while the partner's callback is slow, brings the same code, and the code does not have to be stored readable.
 */
import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto'
import { tokenValueFrom } from '../../installs/token-value.ts'
import { derivedKeys } from '../derived-keys.ts'

/**
 * @param issued the hash of the code that the authorization has already, which another secret key may have made.
 * @returns that code, or a first one.
 */
export type AuthorizationCodeOf = (grantId: string, issued: Buffer | null) => string

/** @param secretKeys 32 bytes each. */
export function authorizationCodes(secretKeys: readonly Buffer[]): AuthorizationCodeOf {
  const keys = derivedKeys(secretKeys, key =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'code of an authorization', 64))),
  )
  return (grantId, issued) => {
    const codes = keys().map(key =>
      tokenValueFrom('lkc_', createHmac('sha512', key).update(grantId).digest()),
    )
    return codes.find(code => issued?.equals(hash('sha256', code, 'buffer'))) ?? codes[0]!
  }
}
