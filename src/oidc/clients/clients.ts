/** Connections as the library's clients, cached until their rows change. */
import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import { readUuid } from '../../installs/ids.ts'
import type { Log } from '../endpoints/partner-dialect.ts'
import type { ClientConnection } from '../ports.ts'

export type Clients = ReturnType<typeof clients>
export type KnownClient = { connection: ClientConnection; client: Client }

type Store = { readClient(id: string): Promise<ClientConnection | null> }
const maxKept = 5_000

/** @param provider called late, since the provider is constructed with these clients. */
export function clients(needs: { store: Store; log: Log; provider: () => Provider }) {
  const kept = new Map<string, KnownClient>()
  const connections = new WeakMap<Client, ClientConnection>()

  function build(connection: ClientConnection): KnownClient | null {
    const Client = needs.provider().Client as unknown as new (metadata: unknown) => Client
    try {
      const known = { connection, client: new Client(metadata(connection)) }
      connections.set(known.client, connection)
      kept.delete(connection.id)
      if (kept.size >= maxKept) kept.delete(kept.keys().next().value!)
      kept.set(connection.id, known)
      return known
    } catch (error) {
      // The library refuses the registration, for example a redirect URI with a forbidden scheme.
      needs.log.warn(
        { connectionId: connection.id, reason: (error as Error).message },
        'unusable registration',
      )
      return null
    }
  }

  return {
    /** The connection that a client was built from. */
    connectionOf: (client: Client): ClientConnection => connections.get(client)!,

    /** The client as currently registered. */
    async find(id: string): Promise<KnownClient | null> {
      if (readUuid(id) !== id) return null
      const connection = await needs.store.readClient(id)
      if (!connection) return null
      const known = kept.get(id)
      return known?.connection.version === connection.version ? known : build(connection)
    },

    /** The same, where the caller has just read the current version. */
    async atVersion(id: string, version: string): Promise<KnownClient | null> {
      const known = kept.get(id)
      return known?.connection.version === version ? known : this.find(id)
    },
  }
}

function metadata(connection: ClientConnection): Record<string, unknown> {
  const isPublic = connection.clientType === 'public'
  return {
    client_id: connection.id,
    redirect_uris: connection.redirectUris,
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_modes: ['query'],
    // Native applications may use loopback addresses with any port and private-use schemes (RFC 8252 §7).
    application_type: isPublic ? 'native' : 'web',
    token_endpoint_auth_method: isPublic ? 'none' : 'client_secret_basic',
    // The library requires a value; client-authentication.ts compares the hashes of the real secrets.
    ...(isPublic ? {} : { client_secret: 'kept-as-a-hash' }),
    ...(connection.capabilities.length > 0 ? { scope: connection.capabilities.join(' ') } : {}),
  }
}
