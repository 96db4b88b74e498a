/** POST /v1/oauth/token: the library's steps over an exchange, then one statement. */
import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { inBoth, readScope, userInformation } from '../installs/capability.ts'
import { mayInstall } from '../installs/policy.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import type { Authenticate } from './client-authentication.ts'
import { readCredentials } from './client-credentials.ts'
import { begin, Exchange, graceFrom, type Source } from './exchange.ts'
import { invalidGrant, OAuthRefusal } from './oauth-refusal.ts'
import type { ClientProof, KeptCode, KeptRefreshToken, Place, TokenStore } from './ports.ts'
import { type Fields, readFields } from './request-body.ts'
import { isOurResource } from './resource.ts'
import type { Successors } from './successor.ts'

export type TokenNeeds = {
  issuer: string
  /** The library's own steps. */
  run: Middleware
  store: TokenStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  successors: Successors
  now(): Date
  newId(): string
}

export function tokenEndpoint(needs: TokenNeeds): Middleware {
  return async ctx => {
    const now = needs.now()
    const fields = await readFields(ctx.req)
    const credentials = readCredentials(ctx.get('authorization') || undefined, fields)
    const { proof, source } = await read(needs, credentials.clientId, fields)
    const known = await needs.authenticate(credentials, proof)
    refuseTargets(fields, needs.issuer)

    const exchange = new Exchange(known, source, standing(source), now)
    begin(ctx, exchange)
    replay(ctx, { ...fields, client_id: credentials.clientId, client_secret: credentials.secret ?? '' })
    await needs.run(ctx, async () => {})
    if (ctx.status !== 200) throw await refusal(needs, ctx, exchange)
    const installation = await settle(needs, ctx, exchange)
    ctx.body = answer(ctx, exchange, installation)
  }
}

/** One query brings the client and what it presents. A value that cannot be one of ours is not looked up. */
async function read(
  needs: TokenNeeds,
  clientId: string,
  fields: Fields,
): Promise<{ proof: ClientProof | null; source: Source }> {
  const { grant_type, code, refresh_token } = fields
  if (grant_type === 'authorization_code' && code !== undefined && tokenPrefix(code) === 'lkc_') {
    const codeHash = hash('sha256', code, 'buffer')
    const found = await needs.store.readCode(clientId, codeHash)
    return { proof: found.client, source: { kind: 'code', value: code, hash: codeHash, kept: found.code } }
  }
  if (
    grant_type === 'refresh_token' &&
    refresh_token !== undefined &&
    tokenPrefix(refresh_token) === 'lkr_'
  ) {
    const tokenHash = hash('sha256', refresh_token, 'buffer')
    const candidates = needs.successors(refresh_token)
    const found = await needs.store.readRefreshToken(
      clientId,
      tokenHash,
      candidates.map(one => one.hash),
    )
    const before = candidates.find(one => found.token?.successor?.equals(one.hash))
    const successor = (before ?? candidates[0]!).value
    return {
      proof: found.client,
      source: { kind: 'refresh', value: refresh_token, hash: tokenHash, kept: found.token, successor },
    }
  }
  return { proof: await needs.readProof(clientId), source: { kind: 'none' } }
}

/** The policy is asked again at the exchange; a refresh needs its installation in force, whatever the policy has become. */
function standing(source: Source): string | null {
  if (source.kind === 'code' && source.kept) return codeStanding(source.kept)
  if (source.kind === 'refresh' && source.kept) return refreshStanding(source.kept)
  return null
}

function codeStanding(code: KeptCode): string | null {
  const may = mayInstall(code.placement)
  return may.kind === 'yes' ? null : `The member may no longer install this connection (${may.because}).`
}

function refreshStanding(token: KeptRefreshToken): string | null {
  if (token.installation.state !== 'active') return `The installation is ${token.installation.state}.`
  return token.installerStays ? null : 'The member who installed this connection has left.'
}

/** The library has no part in these: it would consume before it refused. */
function refuseTargets(fields: Fields, issuer: string): void {
  if (fields.resource !== undefined && !isOurResource(fields.resource, issuer))
    throw new OAuthRefusal(400, 'invalid_target', 'The only resource is this server.')
  if (fields.authorization_details !== undefined)
    throw new OAuthRefusal(
      400,
      'invalid_authorization_details',
      'Pages are chosen by the member, not by the request.',
    )
}

/** Lets the library read the body that was read already, as the form that it knows, whatever form it came in. */
function replay(ctx: Context, fields: Record<string, string>): void {
  const body = Buffer.from(new URLSearchParams(fields).toString())
  const { headers } = ctx.req
  headers['content-type'] = 'application/x-www-form-urlencoded'
  headers['content-length'] = String(body.length)
  headers.accept = 'application/json'
  delete headers.authorization
  delete headers['transfer-encoding']
  Object.defineProperties(ctx.req, {
    readable: { value: true },
    iterator: {
      value: async function* () {
        yield body
      },
    },
  })
}

/** Writes what the library decided. @returns the installation's id. */
async function settle(needs: TokenNeeds, ctx: Context, exchange: Exchange): Promise<string> {
  const { source } = exchange
  const issue = exchange.issue()
  if (source.kind === 'code') {
    const trace = traceOf(needs, ctx, exchange)
    const more = { installationId: needs.newId(), trace }
    const redeemed = await needs.store.redeem(source.hash, issue, more).catch(async fault => {
      // It may have been written all the same; the partner, who got nothing, must be able to try again.
      await needs.store.reopenCode(source.hash, trace.requestId).catch(() => {})
      throw fault
    })
    if (redeemed.kind === 'lost') throw invalidGrant('The code was redeemed by another request.')
    if (redeemed.kind === 'no-pages')
      throw invalidGrant('The member can no longer reach any of the chosen pages.')
    return redeemed.installationId
  }
  if (source.kind !== 'refresh') throw new Error('tokens were issued for nothing')
  const rotated = await needs.store.rotate(source.hash, issue, graceFrom(exchange.now))
  if (!rotated) throw invalidGrant('The authorization has ended.')
  return source.kept!.installation.id
}

/** The library's refusal in our words; a reuse that it found is written first. */
async function refusal(needs: TokenNeeds, ctx: Context, exchange: Exchange): Promise<Error> {
  const out = ctx.body as { error?: string; error_description?: string }
  const { source } = exchange
  if (exchange.reused && source.kind !== 'none' && source.kept) {
    const kind = source.kind === 'code' ? 'code.reused' : 'refresh-token.reused'
    await needs.store.endFamily(source.kept.grantId, kind, traceOf(needs, ctx, exchange))
  }
  if (ctx.status >= 500)
    return (ctx.state.providerFault as Error | undefined) ?? new Error('the provider failed')
  const detail = (ctx.state.providerFault as { error_detail?: string } | undefined)?.error_detail
  const description = detail ?? out.error_description ?? 'The request is refused.'
  return new OAuthRefusal(ctx.status, out.error ?? 'invalid_request', exchange.standing ?? description)
}

function traceOf(needs: TokenNeeds, ctx: Context, exchange: Exchange) {
  return {
    eventId: needs.newId(),
    at: exchange.now,
    address: ctx.ip || null,
    requestId: ctx.state.requestId as string,
  }
}

/** The members of the answer, as partners of Notion-style connections read them. */
function answer(ctx: Context, exchange: Exchange, installationId: string): Record<string, unknown> {
  const { access_token, refresh_token, expires_in, scope } = ctx.body as Record<string, string | undefined>
  const { source } = exchange
  const allowed = source.kind === 'refresh' ? source.kept!.installation.capabilities : null
  const issued = readScope(scope ?? '').known
  const granted = allowed ? inBoth(issued, allowed) : issued
  const place = exchange.place!
  return {
    access_token,
    token_type: 'bearer',
    ...(exchange.connection.longLivedTokens ? {} : { expires_in }),
    ...(refresh_token === undefined ? {} : { refresh_token }),
    scope: granted.join(' '),
    bot_id: installationId,
    workspace_id: place.workspaceId,
    workspace_name: place.workspaceName,
    workspace_icon: place.workspaceIcon,
    owner: { type: 'user', user: presentUser(place, userInformation(granted)) },
    duplicated_template_id: null,
    request_id: ctx.state.requestId,
  }
}

function presentUser(
  { user }: Place,
  information: ReturnType<typeof userInformation>,
): Record<string, unknown> {
  if (information === 'none') return { object: 'user', id: user.id }
  return {
    object: 'user',
    id: user.id,
    type: 'person',
    name: user.name,
    avatar_url: user.avatarUrl,
    person: information === 'with-email' ? { email: user.email } : {},
  }
}
