/** Passwords as argon2id hashes, at the cost that OWASP recommends: 19 MiB, two passes, one lane. */
import { randomBytes } from 'node:crypto'
import { hash, verify } from '@node-rs/argon2'

/** The package's own defaults are these; they are written out because the decoy below must cost the same. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 }

export function hashPassword(password: string): Promise<string> {
  return hash(password, cost)
}

/** A hash of no known password, compared for unknown users so that their attempt takes the same time. */
const decoy = hashPassword(randomBytes(32).toString('base64'))

/**
 * Is it the password that was hashed? With null (no such user, or one without a password) the same work is done, and the
 * answer is no.
 */
export async function passwordMatches(passwordHash: string | null, password: string): Promise<boolean> {
  const matches = await verify(passwordHash ?? (await decoy), password)
  return passwordHash !== null && matches
}
