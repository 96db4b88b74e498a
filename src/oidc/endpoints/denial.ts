/** Answers a stored authorization request that was not approved, up to days later. */
import type { Clients } from '../clients/clients.ts'

export type Denial = (parameters: Readonly<Record<string, string>>) => Promise<string | null>

/**
 * @returns a function that builds the `access_denied` redirect (RFC 6749 §4.1.2.1), or null where the redirect URI is no longer
 *   registered: the current registration decides.
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
