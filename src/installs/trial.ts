/** Trials: flows that the playground runs for a developer. Written by the screens, read by the provider. */

/**
 * The server keeps client secrets as hashes and cannot use them. When the playground redeems a code of a trial in a
 * confidential client's place, it makes a secret for that one request: kept as a hash for a minute, taken by the first request
 * that sends it, and worth something only beside the very code or refresh token that it was made for.
 */
export const trialSecretSeconds = 60

/** Under which key it waits. `secretHash`: its SHA-256. */
export function trialSecretKey(secretHash: Buffer): string {
  return `trial-secret:${secretHash.toString('base64url')}`
}

/** The value kept there: its connection, and the SHA-256 of the code or refresh token that it goes with. */
export function trialSecretValue(connectionId: string, presentedHash: Buffer): string {
  return `${connectionId} ${presentedHash.toString('base64url')}`
}

/** Where trials return to. It exists for them alone: registering it is of no use. */
export function trialRedirectUri(issuer: string): string {
  return `${issuer}/developers/playground/callback`
}
