import type { Middleware } from 'koa'
import type { Pool } from 'pg'
import { type ApiNeeds, createApi } from '../api/api.ts'
import { openCursors } from '../api/cursor.ts'
import type { Mcp } from '../api/mcp/serve.ts'
import { serveReference } from '../api/reference/serve.ts'
import type { Config } from '../config.ts'
import type { ForceOutcome } from '../installs/forced-outcome.ts'
import { uuidv7 } from '../installs/ids.ts'
import { openAccess } from '../storage/postgres/access.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { openChildren } from '../storage/postgres/queries/api/children.ts'
import { openClients } from '../storage/postgres/queries/api/clients.ts'
import { openPersons } from '../storage/postgres/queries/api/persons.ts'
import { openSearch } from '../storage/postgres/queries/api/search.ts'
import { openUsers } from '../storage/postgres/queries/api/users.ts'
import { findAdmin } from '../storage/postgres/stores/admin-credentials.ts'
import { openPartnerChanges } from '../storage/postgres/stores/partner-changes.ts'
import { forceOutcome } from '../storage/postgres/stores/sandboxes.ts'
import { openEventFeed } from '../storage/postgres/webhooks/feed.ts'
import { isUnavailable } from '../storage/unavailable.ts'
import { now } from './action-parts.ts'
import type { BackgroundWriters } from './background.ts'
import { directoryFeed } from './directory.ts'
import { openHandedLogins } from './host-login.ts'
import { onFirstRequest } from './on-first-request.ts'
import { openProofs } from './proofs.ts'
import type { Stores } from './stores.ts'

export type Api = {
  /** The partner API, its OpenAPI document, and the MCP server where it is on. */
  middleware: Middleware[]
  close(): Promise<void>
}

/** The partner API, for programs and for agents. */
export function partnerApi(config: Config, stores: Stores, { lastUsed, report }: BackgroundWriters): Api {
  const needs: ApiNeeds = {
    issuer: config.issuer,
    partnerApi: config.partnerApi,
    limits: stores.limits,
    proofs: openProofs(stores),
    cursors: openCursors(stores.secretKeys),
    noteUse: lastUsed.note,
    now,
    newId: uuidv7,
    isUnavailable,
    reportFault: report,
    directory: directoryFeed(stores),
    events: openEventFeed(poolOf(stores.database)),
    completeLogin: openHandedLogins(config, stores).complete,
    ...apiStores(poolOf(stores.database)),
  }
  let mcp: Mcp | null = null
  const serveMcp = onFirstRequest('/mcp', async () => {
    const { openMcp } = await import('../api/mcp/serve.ts')
    mcp = openMcp(needs)
    return mcp.middleware
  })
  return {
    middleware: [serveReference(config), createApi(needs), ...(servesMcp(config) ? [serveMcp] : [])],
    close: async () => mcp?.close(),
  }
}

/** The MCP server, over the same readings and actions as the partner API. */
export const servesMcp = ({ mcp, partnerApi }: Config) => mcp && partnerApi !== 'off'

/** The readings and changes of the partner API, on PostgreSQL. */
export function apiStores(pool: Pool) {
  return {
    access: openAccess(pool),
    findClient: openClients(pool),
    findAdmin: findAdmin(pool),
    search: openSearch(pool),
    children: openChildren(pool),
    users: openUsers(pool),
    persons: openPersons(pool),
    changes: openPartnerChanges(pool),
    forceOutcome: ((outcome, about) => forceOutcome(pool, outcome, about)) satisfies ForceOutcome,
  }
}
