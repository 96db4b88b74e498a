#!/usr/bin/env bash
# oidc-provider 9.13.3: a refresh that is refused for its `resource` still uses up the refresh token.
#
# With rotation and resource indicators (RFC 8707) on, a client refreshes and names a resource that its grant does not
# cover. The answer is 400 invalid_target, as RFC 8707 section 2 asks. The refresh token is marked as used all the same,
# so the next refresh with the right resource counts as a replay: 400 invalid_grant, and the whole grant is revoked.
# A server that checks `resource` before it hands the request to the library is not affected.
#
# Output seen (Node 20.20 and 24.21):
#   code 200
#   refresh with another resource 400 invalid_target
#   refresh with the right resource 400 invalid_grant
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm pkg set type=module >/dev/null
npm install --silent --no-audit --no-fund oidc-provider@9.13.3 >/dev/null
cat >run.mjs <<'JS'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

console.warn = console.info = () => {}
const server = createServer()
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
const issuer = `http://127.0.0.1:${server.address().port}`
const callback = 'http://127.0.0.1:9/callback'
const secret = 's'.repeat(32)
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'partner',
      client_secret: secret,
      redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'],
    },
  ],
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://one.example',
      useGrantedResource: () => true,
      getResourceServerInfo: (_ctx, resource) => ({ scope: 'read', audience: resource }),
    },
  },
})
server.on('request', provider.callback())

const jar = new Map()
async function visit(url, init = {}) {
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(url, { redirect: 'manual', ...init, headers: { cookie, ...init.headers } })
  for (const line of answer.headers.getSetCookie()) {
    const [name, value] = line.split(';')[0].split('=')
    jar.set(name, value)
  }
  return answer
}

const verifier = randomBytes(32).toString('base64url')
let url = `${issuer}/auth?${new URLSearchParams({
  client_id: 'partner',
  redirect_uri: callback,
  response_type: 'code',
  scope: 'openid offline_access read',
  prompt: 'consent',
  resource: 'https://one.example',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  code_challenge_method: 'S256',
})}`
for (let step = 0; step < 12 && !url.startsWith(callback); step++) {
  const answer = await visit(url)
  const to = answer.headers.get('location')
  if (to) {
    url = new URL(to, issuer).href
    continue
  }
  const html = await answer.text()
  const posted = await visit(new URL(/action="([^"]+)"/.exec(html)[1], issuer), {
    method: 'POST',
    body: new URLSearchParams({ prompt: /name="prompt" value="(\w+)"/.exec(html)[1], login: 'user', password: 'any' }),
  })
  url = new URL(posted.headers.get('location'), issuer).href
}

async function token(form) {
  const authorization = `Basic ${Buffer.from(`partner:${secret}`).toString('base64')}`
  const answer = await fetch(`${issuer}/token`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) })
  return { status: answer.status, ...(await answer.json()) }
}
const code = new URL(url).searchParams.get('code')
const first = await token({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier })
console.log('code', first.status)
const refresh = { grant_type: 'refresh_token', refresh_token: first.refresh_token }
const other = await token({ ...refresh, resource: 'https://two.example' })
console.log('refresh with another resource', other.status, other.error)
const right = await token({ ...refresh, resource: 'https://one.example' })
console.log('refresh with the right resource', right.status, right.error)
server.close()
server.closeAllConnections()
JS
seen=$(node run.mjs 2>/dev/null)
expected='code 200
refresh with another resource 400 invalid_target
refresh with the right resource 400 invalid_grant'
echo "$seen"
[ "$seen" = "$expected" ] || { echo 'The behaviour has changed.' >&2; exit 1; }
