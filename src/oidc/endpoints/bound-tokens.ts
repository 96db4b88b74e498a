/** Tokens that are bound to a key of their holder (DPoP, RFC 9449), at the token endpoint. */
import type { Context } from 'koa'
import { ProofFault, type Proofs } from '../../dpop/proofs.ts'
import type { ClientConnection, KeptCode, KeptRefreshToken } from '../ports.ts'
import { invalidGrant, OAuthRefusal } from './oauth-refusal.ts'

/** The thumbprint of the key that a token request proves to have; null: it has no proof. @throws OAuthRefusal */
export async function provenKey(
  { issuer, proofs }: { issuer: string; proofs: Proofs },
  ctx: Context,
): Promise<string | null> {
  const proof = ctx.get('dpop')
  if (proof === '') return null
  ctx.set('DPoP-Nonce', proofs.nonce())
  try {
    return await proofs.verify(proof, { method: 'POST', url: issuer + ctx.path, token: null })
  } catch (error) {
    if (error instanceof ProofFault) throw new OAuthRefusal(400, error.code, error.message)
    throw error
  }
}

/** Checked before the library runs, which would consume the code first. */
export function refuseOtherKey(
  { requireDpop }: ClientConnection,
  kept: KeptCode | KeptRefreshToken | null,
  jkt: string | null,
): void {
  if (requireDpop && jkt === null)
    throw new OAuthRefusal(400, 'invalid_dpop_proof', 'This connection needs a proof of possession (DPoP).')
  const bound = kept?.payload.proofKey
  if (bound !== undefined && bound !== jkt)
    throw invalidGrant('The code or refresh token is bound to another key (DPoP).')
}
