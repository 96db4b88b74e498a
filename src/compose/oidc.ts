import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import { uuidv7 } from '../installs/ids.ts'
import { trialRedirectUri } from '../installs/trial.ts'
import { loadSigningKeys } from '../oidc/keys.ts'
import { createProvider, type InstallProvider } from '../oidc/library/provider.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { forceOutcome } from '../storage/postgres/stores/sandboxes.ts'
import { providerStore } from '../storage/postgres/tokens/store.ts'
import { isUnavailable } from '../storage/unavailable.ts'
import type { WebContext } from '../web/http/state.ts'
import { urls } from '../web/urls.ts'
import { now } from './action-parts.ts'
import { servesMcp } from './api.ts'
import type { BackgroundWriters } from './background.ts'
import type { WebParts } from './frame.ts'
import { openProofs } from './proofs.ts'
import { documentFetch, keysFetch, publishedStore } from './published-clients.ts'
import { registrations } from './registrations.ts'
import type { Stores } from './stores.ts'

/** The OAuth server, over the stores; its error pages and its sign-in are the screens'. */
export async function openProvider(
  config: Config,
  stores: Stores,
  { frame, sessions, trials }: WebParts,
  { flowLog, lastUsed }: BackgroundWriters,
  log: Logger,
): Promise<InstallProvider> {
  return createProvider({
    issuer: config.issuer,
    trustProxy: config.trustProxy !== null,
    mcp: servesMcp(config),
    agents: config.agents,
    nativeSchemes: config.nativeSchemes,
    registrations: registrations(stores),
    published: publishedStore(stores),
    fetchDocument: documentFetch(config),
    fetchKeys: keysFetch(config),
    signInUrl: urls.signIn,
    store: providerStore(poolOf(stores.database)),
    shortLived: stores.shortLived,
    limits: stores.limits,
    proofs: openProofs(stores),
    secretKeys: stores.secretKeys,
    signingKeys: (await loadSigningKeys(config)).keys,
    renderFault: (ctx, fault) => frame.faults.render(ctx as WebContext, fault),
    signedIn: ctx => sessions.signedIn(ctx as WebContext),
    note: flowLog.note,
    noteUse: lastUsed.note,
    trials: {
      redirectUri: trialRedirectUri(config.issuer),
      isUnderWay: (ctx, state, clientId) => trials.isUnderWay(ctx as WebContext, state, clientId),
    },
    forceOutcome: (outcome, about) => forceOutcome(poolOf(stores.database), outcome, about),
    isUnavailable,
    now,
    newId: uuidv7,
    log,
  })
}
