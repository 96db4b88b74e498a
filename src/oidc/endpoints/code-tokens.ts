/**
 * The tokens of a code exchange are HMACs of the code. A client that repeats the exchange after a lost response gets the same
 * tokens, and none of them has to be stored readable.
 */
import { createHmac, createSecretKey, hash, hkdfSync } from 'node:crypto'
import { tokenValueFrom } from '../../installs/token-value.ts'
import { derivedKeys } from '../derived-keys.ts'

export type CodeTokens = { access: string; refresh: string; accessHash: Buffer }
/** The candidates, one for each secret key in order. */
export type CodeTokensOf = (code: string) => CodeTokens[]

/** @param secretKeys 32 bytes each. */
export function codeTokens(secretKeys: readonly Buffer[]): CodeTokensOf {
  const keys = derivedKeys(secretKeys, key =>
    createSecretKey(Buffer.from(hkdfSync('sha256', key, '', 'tokens of a code', 64))),
  )
  return code =>
    keys().map(key => {
      const access = tokenValueFrom('lka_', createHmac('sha512', key).update(`access ${code}`).digest())
      const refresh = tokenValueFrom('lkr_', createHmac('sha512', key).update(`refresh ${code}`).digest())
      return { access, refresh, accessHash: hash('sha256', access, 'buffer') }
    })
}
