/**
 * What a developer makes happen to see how his side copes. Asked for by the parameter `latchkey_test` of the authorize
 * address and by the header `Latchkey-Test` of the token endpoint and the partner API. In sandbox workspaces alone: everywhere
 * else the flow, the tokens and the answers are the same with it and without.
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

/** null: none, or none that there is. */
export function readTestOutcome(text: unknown): TestOutcome | null {
  return testOutcomes.find(one => one === text) ?? null
}

/** What a forced outcome is about. */
export type TestedAccess = {
  workspaceId: string
  /** null: the code is not redeemed yet. */
  installationId: string | null
  /** The token that was presented, as SHA-256; null: it was a code. */
  token: { kind: 'access' | 'refresh'; hash: Buffer } | null
}

/**
 * Brings a forced outcome about where the workspace is a sandbox, so that what follows takes the way that it takes in earnest.
 * false: it is none, and nothing was changed.
 */
export type ForceOutcome = (outcome: TestOutcome, about: TestedAccess) => Promise<boolean>
