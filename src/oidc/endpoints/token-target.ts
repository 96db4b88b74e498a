/** The resource that a token request is for (RFC 8707), and what it may not ask for. */
import type { KeptCode, KeptRefreshToken } from '../ports.ts'
import { invalidGrant, OAuthRefusal } from './oauth-refusal.ts'
import type { Fields } from './request-body.ts'
import { type Resources, servedResource } from './resource.ts'

/** Checked before the library runs, which would consume the code first. */
export function refuseDetails(fields: Fields): void {
  if (fields.authorization_details !== undefined)
    throw new OAuthRefusal(
      400,
      'invalid_authorization_details',
      'Pages are chosen by the member, not by the request.',
    )
}

/**
 * The resource that the tokens are for: the one of the code or refresh token, which a request may only repeat; without one
 * there, the resource that the request names. Checked before the library runs, which would consume the code first.
 */
export async function targetOf(
  { resource }: Fields,
  kept: KeptCode | KeptRefreshToken | null,
  resources: Resources,
): Promise<string | null> {
  const asked = resource === undefined ? null : await servedResource(resource, resources)
  const bound = typeof kept?.payload.resource === 'string' ? kept.payload.resource : null
  // Clients begin anew after invalid_grant; after invalid_target they would repeat the refresh for ever.
  if (bound !== null && (await servedResource(bound, resources)) === null)
    throw invalidGrant('The resource that was authorized is no longer served.')
  if (resource !== undefined && asked === null)
    throw new OAuthRefusal(400, 'invalid_target', 'This server does not know the resource.')
  if (asked !== null && bound !== null && asked !== bound)
    throw new OAuthRefusal(400, 'invalid_target', 'The authorization is for another resource.')
  return bound ?? asked
}
