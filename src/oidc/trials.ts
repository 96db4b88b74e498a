/** Flows that the playground begins for a developer: what sets them apart from a partner's own. */
import type { Context } from 'koa'
import { trialSecretKey, trialSecretValue } from '../installs/trial.ts'

export type Trials = {
  /** Our own address, to which trials return. It cannot be registered: it is taken in trials alone. */
  redirectUri: string
  /** Is this the state of a trial that this browser session began for this connection, and that has not come back yet? */
  isUnderWay(ctx: Context, state: string, clientId: string): Promise<boolean>
}

/** Does this authorize request belong to a trial? Looks nothing up unless it claims to. */
export async function isTrial(trials: Trials, ctx: Context): Promise<boolean> {
  const { searchParams } = new URL(ctx.url, trials.redirectUri)
  const [state, clientId] = [searchParams.get('state'), searchParams.get('client_id')]
  if (!state || !clientId || searchParams.get('redirect_uri') !== trials.redirectUri) return false
  return trials.isUnderWay(ctx, state, clientId)
}

/** @returns a function that takes the secret which the playground made for one request. */
export function trialSecrets(store: { take(key: string): Promise<string | null> }) {
  return async (clientId: string, secretHash: Buffer, presented: Buffer): Promise<boolean> =>
    (await store.take(trialSecretKey(secretHash))) === trialSecretValue(clientId, presented)
}
