import type { Clients } from '../clients/clients.ts'
import { deviceRedirectUri } from './device-requests.ts'
import type { PushedRequests } from './pushed-requests.ts'

/**
 * The address at which a request that waited for an approval begins once more. The browser is not given the parameters of a
 * request that its connection pushed, or that is a device's: they are pushed again.
 */
export function flowOf(needs: { issuer: string; clients: Clients; pushed: PushedRequests }) {
  return async (parameters: Readonly<Record<string, string>>): Promise<string> => {
    const { client_id = '', redirect_uri } = parameters
    const isOfDevice = redirect_uri === deviceRedirectUri(needs.issuer)
    const known = await needs.clients.find(client_id)
    const query =
      isOfDevice || known?.connection.requirePar
        ? {
            client_id,
            request_uri: await needs.pushed.keep(client_id, parameters, isOfDevice ? 'device' : 'client'),
          }
        : parameters
    return `/v1/oauth/authorize?${new URLSearchParams(query)}`
  }
}
