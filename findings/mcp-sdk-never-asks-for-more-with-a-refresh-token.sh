#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2: a client that holds a refresh token never asks its user for more scope.
#
# A server answers 403 with WWW-Authenticate: Bearer error="insufficient_scope", scope="read write". A client without a
# refresh token sends its user to the authorization endpoint for "read write". One with a refresh token refreshes instead.
# A refresh cannot widen the scope (RFC 6749 section 6), so the same 403 comes back and the call ends with "Server returned
# 403 after trying upscoping"; the user is never asked. A server can help by naming a page on which the user widens the
# existing grant, and by reading rights at each request, so that the present token suffices afterwards.
#
# Output seen (Node 20.20 and 24.21):
#   with a refresh token: asks the user never; grants used: refresh_token; … Server returned 403 after trying upscoping
#   without: asks the user for "read write"; grants used: none; Unauthorized
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm pkg set type=module >/dev/null
npm install --silent --no-audit --no-fund @modelcontextprotocol/sdk@1.32.2 >/dev/null
cat >run.mjs <<'JS'
import { createServer } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

const grants = []
let issuer
const json = (res, status, body, headers = {}) => {
  res.writeHead(status, { 'content-type': 'application/json', ...headers })
  res.end(JSON.stringify(body))
}
const server = createServer(async (req, res) => {
  const { pathname } = new URL(req.url, issuer)
  let body = ''
  for await (const part of req) body += part
  if (pathname === '/.well-known/oauth-protected-resource/mcp')
    return json(res, 200, { resource: `${issuer}/mcp`, authorization_servers: [issuer], scopes_supported: ['read'] })
  if (pathname === '/.well-known/oauth-authorization-server')
    return json(res, 200, {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      code_challenge_methods_supported: ['S256'],
      token_endpoint_auth_methods_supported: ['none'],
    })
  if (pathname === '/token') {
    grants.push(new URLSearchParams(body).get('grant_type'))
    return json(res, 200, { access_token: `token-${grants.length}`, token_type: 'bearer', expires_in: 3600, refresh_token: 'refresh', scope: 'read' })
  }
  if (pathname !== '/mcp') return json(res, 404, {})
  const message = body ? JSON.parse(body) : {}
  if (message.method === 'initialize')
    return json(res, 200, { jsonrpc: '2.0', id: message.id, result: { protocolVersion: message.params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'server', version: '1' } } })
  if (message.method === 'tools/list')
    return json(res, 403, { error: 'insufficient_scope' }, { 'www-authenticate': `Bearer error="insufficient_scope", scope="read write", resource_metadata="${issuer}/.well-known/oauth-protected-resource/mcp"` })
  res.writeHead(req.method === 'GET' ? 405 : 202).end()
})
await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
issuer = `http://127.0.0.1:${server.address().port}`

async function stepUp(refreshToken) {
  grants.length = 0
  let tokens = { access_token: 'token', token_type: 'bearer', scope: 'read', ...(refreshToken && { refresh_token: refreshToken }) }
  let asked = 'never'
  const authProvider = {
    redirectUrl: 'http://127.0.0.1:9/callback',
    clientMetadata: { redirect_uris: ['http://127.0.0.1:9/callback'] },
    clientInformation: () => ({ client_id: 'client' }),
    tokens: () => tokens,
    saveTokens: saved => { tokens = saved },
    saveCodeVerifier: () => {},
    codeVerifier: () => 'v'.repeat(43),
    redirectToAuthorization: url => { asked = `for "${url.searchParams.get('scope')}"` },
  }
  const client = new Client({ name: 'client', version: '1' })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${issuer}/mcp`), { authProvider }))
  const error = await client.listTools().then(() => null, error => error)
  await client.close()
  return `asks the user ${asked}; grants used: ${grants.join(', ') || 'none'}; ${error?.message}`
}
console.log('with a refresh token:', await stepUp('refresh'))
console.log('without:', await stepUp(null))
server.close(); server.closeAllConnections()
process.exit()
JS
seen=$(timeout 60 node run.mjs 2>/dev/null)
expected='with a refresh token: asks the user never; grants used: refresh_token; Streamable HTTP error: Server returned 403 after trying upscoping
without: asks the user for "read write"; grants used: none; Unauthorized'
echo "$seen"
[ "$seen" = "$expected" ] || {
  echo 'The behaviour has changed.' >&2
  exit 1
}
