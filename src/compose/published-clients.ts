import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import { registerConnection } from '../installs/actions/register-connection.ts'
import type { FetchKeys } from '../oidc/clients/client-keys.ts'
import type { PublishedNeeds, PublishedStore } from '../oidc/clients/published.ts'
import { type FetchBounds, type Fetched, guardedFetch, OutboundRefusal } from '../outbound/guarded-fetch.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { managedConnectionStore } from '../storage/postgres/stores/managed-connections.ts'
import {
  noteDocumentFailure,
  noteDocumentFound,
  readPublished,
} from '../storage/postgres/stores/self-registrations.ts'
import { actionParts } from './action-parts.ts'
import { developerActions } from './developers.ts'
import type { Stores } from './stores.ts'

const documentBounds = { milliseconds: 2_500, bytes: 5 * 1024 }

/** A key with its certificates has some KiB. */
const keyBounds = { milliseconds: 2_500, bytes: 64 * 1024 }

export const documentFetch = (config: Config): PublishedNeeds['fetchDocument'] =>
  jsonFetch(config, documentBounds)
export const keysFetch = (config: Config): FetchKeys => jsonFetch(config, keyBounds)

/** Answers with the reason where nothing was fetched. */
function jsonFetch({ outboundHosts }: Config, bounds: FetchBounds) {
  const fetch = guardedFetch(outboundHosts)
  return (url: URL): Promise<Fetched | { fault: string }> =>
    fetch(url, bounds, { headers: { accept: 'application/json' } }).catch(error => {
      if (error instanceof OutboundRefusal) return { fault: error.message }
      throw error
    })
}

/** Connections that describe themselves. A changed document changes the connection, and the event says so. */
export function publishedStore(stores: Stores): PublishedStore {
  const pool = poolOf(stores.database)
  const register = registerConnection({
    ...actionParts(stores.database, managedConnectionStore),
    nativeSchemes: stores.nativeSchemes,
    random: randomBytes,
    seal() {
      throw new Error('a published connection has no internal token')
    },
  })
  const { update } = developerActions(stores)
  const nobody = { userId: null, address: null, requestId: null }
  const idOf = (documentUrl: string) => readPublished(pool, documentUrl)
  return {
    idOf,
    noteFailure: (documentUrl, now) => noteDocumentFailure(pool, documentUrl, now),
    async keep(documentUrl, settings) {
      const known = await idOf(documentUrl)
      if (known) {
        await update({ connectionId: known, ...nobody }, settings, null)
        await noteDocumentFound(pool, documentUrl)
        return known
      }
      const about = {
        documentUrl,
        origin: 'published',
        kind: 'public',
        workspaceId: null,
        createdBy: null,
      } as const
      try {
        const made = await register({ ...settings, ...about, firstParty: false, verified: false })
        if (made.kind === 'invalid') throw new Error('the settings were not checked')
        return made.connection.id
      } catch (error) {
        // Another host created it at the same moment.
        const other = await idOf(documentUrl)
        if (other === null) throw error
        return other
      }
    },
  }
}
