#!/usr/bin/env bash
# oidc-provider 9.13.3: an OAuth request that carries out a step-up challenge (RFC 9470) is refused without `openid`.
#
# RFC 9470 defines the challenge "insufficient_user_authentication" for OAuth resources: the client takes `max_age` and
# `acr_values` of the challenge into its next authorization request (section 4), and nothing there asks for OpenID Connect.
# The library accepts both parameters in requests with scope=openid alone; a plain OAuth request with either of them ends
# in invalid_request. A server for plain OAuth clients has to take the parameters out of the request before the library
# reads it and enforce the age of the sign-in by a prompt of its own.
#
# Output seen (Node 20.20 and 24.21):
#   scope=read: sign-in
#   scope=read max_age=300: invalid_request: openid scope must be requested when using the max_age parameter
#   scope=read acr_values=phr: invalid_request: openid scope must be requested when using the acr_values parameter
#   scope=openid max_age=300: sign-in
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm pkg set type=module >/dev/null
npm install --silent --no-audit --no-fund oidc-provider@9.13.3 >/dev/null
cat >run.mjs <<'JS'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

console.warn = console.info = () => {}
const server = createServer()
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
const callback = 'http://127.0.0.1:9/callback'
const provider = new Provider(issuer, {
  clients: [{ client_id: 'partner', client_secret: 's'.repeat(32), redirect_uris: [callback] }],
  scopes: ['openid', 'read'],
  acrValues: ['phr'],
})
server.on('request', provider.callback())

async function ask(parameters) {
  const url = new URL(`${issuer}/auth`)
  url.search = new URLSearchParams({
    client_id: 'partner',
    response_type: 'code',
    redirect_uri: callback,
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  })
  const answer = await fetch(url, { redirect: 'manual' })
  const to = new URL(answer.headers.get('location') ?? callback, issuer)
  const error = to.searchParams.get('error')
  const outcome = error ? `${error}: ${to.searchParams.get('error_description')}` : to.pathname.startsWith('/interaction/') ? 'sign-in' : answer.status
  console.log(`${Object.entries(parameters).map(([name, value]) => `${name}=${value}`).join(' ')}: ${outcome}`)
}
await ask({ scope: 'read' })
await ask({ scope: 'read', max_age: '300' })
await ask({ scope: 'read', acr_values: 'phr' })
await ask({ scope: 'openid', max_age: '300' })
server.close()
JS
cat >expected <<'TXT'
scope=read: sign-in
scope=read max_age=300: invalid_request: openid scope must be requested when using the max_age parameter
scope=read acr_values=phr: invalid_request: openid scope must be requested when using the acr_values parameter
scope=openid max_age=300: sign-in
TXT
node run.mjs >seen
diff expected seen
echo "as stated"
