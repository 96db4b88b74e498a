/** Recognises flows that the playground started for a developer. */
import type { Context } from 'koa'
import { trialSecretKey, trialSecretValue } from '../installs/trial.ts'

export type Trials = {
  /** The playground's redirect URI. It cannot be registered, and is accepted in trials only. */
  redirectUri: string
  /** Whether this browser session started a trial of the connection with this `state`, and it has not returned yet. */
  isUnderWay(ctx: Context, state: string, clientId: string): Promise<boolean>
}

/** Whether an authorization request belongs to a trial. Requests with another redirect URI cost no lookup. */
export async function isTrial(trials: Trials, ctx: Context): Promise<boolean> {
  const { searchParams } = new URL(ctx.url, trials.redirectUri)
  const [state, clientId] = [searchParams.get('state'), searchParams.get('client_id')]
  if (!state || !clientId || searchParams.get('redirect_uri') !== trials.redirectUri) return false
  return trials.isUnderWay(ctx, state, clientId)
}

/** @returns a function that accepts a secret which the playground created for one request, once. */
export function trialSecrets(store: { take(key: string): Promise<string | null> }) {
  return async (clientId: string, secretHash: Buffer, presented: Buffer): Promise<boolean> =>
    (await store.take(trialSecretKey(secretHash))) === trialSecretValue(clientId, presented)
}
