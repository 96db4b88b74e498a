/** How a partner's request that was stopped days ago is answered after all. */
import type { Clients } from '../clients/clients.ts'

export type Denial = (parameters: Readonly<Record<string, string>>) => Promise<string | null>

/**
 * Where the browser goes so that the partner learns that access is denied (RFC 6749 §4.1.2.1). The request was kept for days:
 * what is registered now decides whether it may still be answered there. null: it may not.
 */
export function denial(needs: { issuer: string; clients: Clients }): Denial {
  return async parameters => {
    const { client_id, redirect_uri, state } = parameters
    const known = client_id === undefined ? null : await needs.clients.find(client_id)
    if (!known || redirect_uri === undefined || !known.client.redirectUriAllowed(redirect_uri)) return null
    const address = new URL(redirect_uri)
    address.searchParams.set('error', 'access_denied')
    address.searchParams.set('error_description', 'The connection was not approved in the workspace.')
    if (state !== undefined) address.searchParams.set('state', state)
    if (!known.connection.leaveOutIss) address.searchParams.set('iss', needs.issuer)
    return address.href
  }
}
