/**
 * Outcomes that developers force to test their error handling: by the parameter `latchkey_test` of the authorize address, and
 * by the header `Latchkey-Test` of the token endpoint and the partner API. In sandbox workspaces alone: elsewhere the flow, the
 * tokens and the answers are the same with it and without.
 */
export const testOutcomes = [
  // At the authorize address.
  'user-cancels',
  'approval-pending',
  'no-pages',
  // At the token endpoint, and the last four at the partner API too.
  'refresh-expired',
  'token-revoked',
  'access-narrowed',
  'rate-limited',
  'unavailable',
] as const

export type TestOutcome = (typeof testOutcomes)[number]

export const testParameter = 'latchkey_test'
export const testHeader = 'latchkey-test'

/** Seconds that a forced 429 tells the client to wait. */
export const testRetryAfter = 7

/** Null for an unknown outcome, or an absent one. */
export function readTestOutcome(text: unknown): TestOutcome | null {
  return testOutcomes.find(one => one === text) ?? null
}

/** The access that an outcome is forced on. */
export type TestedAccess = {
  workspaceId: string
  /** null: the code is not redeemed yet. */
  installationId: string | null
  /** The token that was presented, as SHA-256; null: it was a code. */
  token: { kind: 'access' | 'refresh'; hash: Buffer } | null
}

/**
 * Forces an outcome if the workspace is a sandbox, by the same changes that cause it in production.
 * False for any other workspace, in which it has no effect.
 */
export type ForceOutcome = (outcome: TestOutcome, about: TestedAccess) => Promise<boolean>
