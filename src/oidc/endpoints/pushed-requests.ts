/** Authorization requests that clients pushed (RFC 9126), until the browser arrives with their address. */
import { hash, randomBytes } from 'node:crypto'

type Query = Record<string, string | string[] | undefined>

/** `device`: by us, for the flow of a device. */
type Pusher = 'client' | 'device'
type Kept = { clientId: string; query: Query; by: Pusher }

export type PushedRequests = ReturnType<typeof pushedRequests>

const prefix = 'urn:ietf:params:oauth:request_uri:'
export const pushedSeconds = 60

const keyOf = (uri: string) => `pushed:${hash('sha256', uri, 'base64url')}`

export function pushedRequests(store: {
  write(key: string, value: string, seconds: number): Promise<void>
  take(key: string): Promise<string | null>
}) {
  return {
    /** @returns the `request_uri`, good for one use. */
    async keep(clientId: string, query: Query, by: Pusher = 'client'): Promise<string> {
      const uri = prefix + randomBytes(32).toString('base64url')
      await store.write(keyOf(uri), JSON.stringify({ clientId, query, by } satisfies Kept), pushedSeconds)
      return uri
    },

    /**
     * The parameters that were pushed, in place of a query that names them; any other query as it is. null: they were used
     * already, are over, or were pushed by another client.
     */
    async unfold(query: Query): Promise<{ query: Query; by: Pusher | null } | null> {
      const { request_uri: uri, client_id: clientId } = query
      if (typeof uri !== 'string' || !uri.startsWith(prefix)) return { query, by: null }
      const text = await store.take(keyOf(uri))
      const kept = text === null ? null : (JSON.parse(text) as Kept)
      if (kept?.clientId !== clientId) return null
      return { query: { ...kept!.query, client_id: clientId }, by: kept!.by }
    },
  }
}
