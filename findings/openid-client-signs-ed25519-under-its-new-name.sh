#!/usr/bin/env bash
# openid-client 6.8.9 with jose 6.2.17: a client assertion signed with an Ed25519 key says alg "Ed25519", and a server that holds
# the client's public JWK with alg "EdDSA" cannot verify it.
#
# RFC 8037 named the algorithm EdDSA; RFC 9864 (2025) adds the fully specified name Ed25519 and deprecates the old one. The client
# library uses the new name alone for private_key_jwt. jose verifies under either name with a JWK without `alg`, and under the
# JWK's own name alone where it has one. Servers that publish or store "EdDSA" have to accept both names and drop `alg` of
# the key, and to list both in token_endpoint_auth_signing_alg_values_supported.
#
# Output seen (Node 20.20 and 24.21):
#   the assertion says alg Ed25519
#   a JWK without alg: verified
#   a JWK with alg Ed25519: verified
#   a JWK with alg EdDSA: ERR_JWKS_NO_MATCHING_KEY
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm pkg set type=module >/dev/null
npm install --silent --no-audit --no-fund openid-client@6.8.9 jose@6.2.17 >/dev/null
cat >run.mjs <<'JS'
import { exportJWK, createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as openid from 'openid-client'

const { privateKey, publicKey } = await crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify'])
let assertion
const config = new openid.Configuration(
  { issuer: 'https://server.example', token_endpoint: 'https://server.example/token' },
  'client',
  undefined,
  openid.PrivateKeyJwt(privateKey),
)
config[openid.customFetch] = async (_url, { body }) => {
  assertion = new URLSearchParams(body).get('client_assertion')
  return Response.json({ access_token: 'token', token_type: 'bearer' })
}
await openid.clientCredentialsGrant(config)
console.log(`the assertion says alg ${decodeProtectedHeader(assertion).alg}`)
const { alg: _, ...jwk } = await exportJWK(publicKey)
for (const alg of [undefined, 'Ed25519', 'EdDSA']) {
  const keys = createLocalJWKSet({ keys: [{ ...jwk, ...(alg && { alg }) }] })
  const outcome = await jwtVerify(assertion, keys).then(() => 'verified', error => error.code)
  console.log(`a JWK ${alg ? `with alg ${alg}` : 'without alg'}: ${outcome}`)
}
JS
cat >expected <<'TXT'
the assertion says alg Ed25519
a JWK without alg: verified
a JWK with alg Ed25519: verified
a JWK with alg EdDSA: ERR_JWKS_NO_MATCHING_KEY
TXT
node run.mjs >seen
diff expected seen
echo "as stated"
