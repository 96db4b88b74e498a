/** Authorization server metadata (RFC 8414). */
import { importJWK, SignJWT } from 'jose'
import { proofAlgorithms } from '../../dpop/proofs.ts'
import { capabilities } from '../../installs/capability.ts'
import { assertionAlgorithms } from '../clients/client-assertion.ts'
import type { SigningKey } from '../keys.ts'
import { deviceGrant } from './device-requests.ts'
import { detailsType } from './wished-pages.ts'

export const metadataPaths = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration']
/** RFC 9728 §3; followed by the path of the resource. */
export const resourceMetadataPath = '/.well-known/oauth-protected-resource'

/** The metadata with `signed_metadata` (RFC 8414 §2.1), signed by `key`. */
export async function signedMetadata(
  needs: { issuer: string; agents: 'open' | 'published' | 'off'; mcp: boolean },
  key: SigningKey,
): Promise<Record<string, unknown>> {
  const metadata = serverMetadata(needs)
  const signed = await new SignJWT(metadata)
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .setIssuer(needs.issuer)
    .setIssuedAt()
    .sign(await importJWK(key, key.alg))
  return { ...metadata, signed_metadata: signed }
}

function serverMetadata({ issuer, agents, mcp }: Parameters<typeof signedMetadata>[0]) {
  const authMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']
  return {
    issuer,
    authorization_endpoint: `${issuer}/v1/oauth/authorize`,
    token_endpoint: `${issuer}/v1/oauth/token`,
    introspection_endpoint: `${issuer}/v1/oauth/introspect`,
    device_authorization_endpoint: `${issuer}/v1/oauth/device_authorization`,
    pushed_authorization_request_endpoint: `${issuer}/v1/oauth/par`,
    revocation_endpoint: `${issuer}/v1/oauth/revoke`,
    ...(agents === 'open' ? { registration_endpoint: `${issuer}/v1/oauth/register` } : {}),
    ...(agents === 'off' ? {} : { client_id_metadata_document_supported: true }),
    jwks_uri: `${issuer}/v1/oauth/jwks`,
    scopes_supported: [...capabilities],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', deviceGrant],
    code_challenge_methods_supported: ['S256'],
    ...Object.fromEntries(
      ['token', 'introspection', 'revocation'].flatMap(endpoint => [
        [`${endpoint}_endpoint_auth_methods_supported`, authMethods],
        [`${endpoint}_endpoint_auth_signing_alg_values_supported`, assertionAlgorithms],
      ]),
    ),
    dpop_signing_alg_values_supported: proofAlgorithms,
    authorization_details_types_supported: [detailsType],
    prompt_values_supported: ['none', 'login', 'consent'],
    authorization_response_iss_parameter_supported: true,
    protected_resources: [issuer, ...(mcp ? [`${issuer}/mcp`] : [])],
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  }
}
