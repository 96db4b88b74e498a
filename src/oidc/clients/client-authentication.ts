/** Client authentication (RFC 6749 §2.3), shared by the token, introspection and revocation endpoints. */
import { hash, timingSafeEqual } from 'node:crypto'
import type { TakingLimits } from '../../installs/rate-limits.ts'
import { invalidClient, tooManyRequests, unproven } from '../endpoints/oauth-refusal.ts'
import type { ClientProof } from '../ports.ts'
import type { VerifyAssertion } from './client-assertion.ts'
import type { Credentials } from './client-credentials.ts'
import type { Clients, KnownClient } from './clients.ts'

/** `presented`: the SHA-256 of the code or refresh token that comes with the credentials, at the token endpoint. */
export type Authenticate = (
  credentials: Credentials,
  proof: ClientProof | null,
  presented?: Buffer | null,
) => Promise<KnownClient>

/**
 * @returns a function that resolves credentials to their client and throws OAuthRefusal 401, or 429 after 20 wrong secrets of
 *   one client within a minute. The right secret always passes: 178 random bits cannot be guessed, and wrong attempts by
 *   others must not lock a partner out.
 */
export function clientAuthentication(needs: {
  clients: Clients
  limits: TakingLimits
  /** Outside of the request; errors are ignored. */
  noteSecretUse(clientId: string, secretHash: Buffer, at: Date): Promise<void>
  /** Throws OAuthRefusal 401 for an assertion that does not prove the client. */
  verifyAssertion: VerifyAssertion
  /** Whether the playground created this secret for a request with this code or refresh token. Each is accepted once. */
  isTrialSecret(clientId: string, secretHash: Buffer, presented: Buffer): Promise<boolean>
  now(): Date
}): Authenticate {
  const wrongSecrets = needs.limits({ name: 'client-secret', points: 20, seconds: 60 })
  const noted = new Map<string, number>()

  /** At most once a minute for each secret. */
  function note(clientId: string, secretHash: Buffer): void {
    const at = needs.now()
    const key = secretHash.toString('base64')
    if (at.getTime() - (noted.get(key) ?? 0) < 60_000) return
    if (noted.size > 10_000) noted.clear()
    noted.set(key, at.getTime())
    needs.noteSecretUse(clientId, secretHash, at).catch(() => noted.delete(key))
  }

  async function refuseSecret(clientId: string): Promise<never> {
    const allowance = await wrongSecrets.take(clientId)
    if (!allowance.allowed) throw tooManyRequests(allowance.retryAfterSeconds)
    throw invalidClient(unproven.wrong)
  }

  /** A request that is read again after a change keeps the proof of its assertion, which is good for one use. */
  const verified = new WeakSet<Credentials>()

  async function verify(credentials: Credentials, { connection }: KnownClient): Promise<void> {
    if (verified.has(credentials)) return
    await needs.verifyAssertion(connection, credentials.assertion!)
    verified.add(credentials)
  }

  return async (credentials, proof, presented = null) => {
    const { clientId, secret } = credentials
    const known = proof && (await needs.clients.atVersion(clientId, proof.version))
    if (!known) throw invalidClient(unproven.unknown)
    if (credentials.assertion !== null) {
      await verify(credentials, known)
      return known
    }
    if (known.connection.clientType === 'public') {
      if (secret !== null) throw invalidClient(unproven.hasNone)
      return known
    }
    if (secret === null) throw invalidClient(unproven.missing)
    const sent = hash('sha256', secret, 'buffer')
    let matching: Buffer | null = null
    for (const kept of proof.secretHashes)
      if (kept.length === sent.length && timingSafeEqual(kept, sent)) matching = kept
    if (!matching && presented && (await needs.isTrialSecret(clientId, sent, presented))) return known
    if (!matching) return refuseSecret(clientId)
    note(clientId, matching)
    return known
  }
}
