import type { SignInRateLimit } from './rate-limit.ts'

export type AttemptNeeds = {
  rateLimit: SignInRateLimit
  users: {
    byEmail(
      email: string,
    ): Promise<{ user: { id: string; disabled: boolean }; passwordHash: string | null } | null>
  }
  /** Compared also without a hash, so that both cases take the same time. */
  passwordMatches(passwordHash: string | null, password: string): Promise<boolean>
}

export type Attempt = { email: string; password: string; address: string; device: string | null }
export type Outcome =
  | { kind: 'signed-in'; userId: string; passwordHash: string | null }
  /** Unknown user, wrong password or disabled account; the answer does not say which. */
  | { kind: 'refused' }
  | { kind: 'incomplete' }
  | { kind: 'too-many'; waitSeconds: number }

/** Checks an e-mail address and a password. */
export async function attemptSignIn(needs: AttemptNeeds, attempt: Attempt): Promise<Outcome> {
  const { email, password, address } = attempt
  if (email === '' || password === '') return { kind: 'incomplete' }
  // The whole password is hashed: without a limit a long one would keep the process busy.
  if (email.length > 320 || password.length > 1_000) return { kind: 'refused' }
  const counted = await needs.rateLimit.attempt(email, address, attempt.device)
  if (counted.kind === 'refused') return { kind: 'too-many', waitSeconds: counted.waitSeconds }
  const found = await needs.users.byEmail(email)
  const matches = await needs.passwordMatches(found?.passwordHash ?? null, password)
  if (!found || !matches || found.user.disabled) return { kind: 'refused' }
  await counted.succeeded()
  return { kind: 'signed-in', userId: found.user.id, passwordHash: found.passwordHash }
}
