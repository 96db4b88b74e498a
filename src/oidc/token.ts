/** POST /v1/oauth/token: the library's steps over an exchange, then one statement. */
import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type NoteFlowStep, stepOf } from '../installs/flow-log.ts'
import { readUuid } from '../installs/ids.ts'
import { mayInstall } from '../installs/policy.ts'
import { type ForceOutcome, readTestOutcome, testHeader } from '../installs/test-outcome.ts'
import { tokenPrefix } from '../installs/token-value.ts'
import type { Authenticate } from './client-authentication.ts'
import { type Credentials, readCredentials } from './client-credentials.ts'
import { allowOrigin } from './cors.ts'
import { begin, Exchange, type Source } from './exchange.ts'
import { type Attempted, explainToken } from './explain.ts'
import { invalidGrant, OAuthRefusal } from './oauth-refusal.ts'
import type { ClientProof, KeptCode, KeptRefreshToken, TokenStore } from './ports.ts'
import { type Fields, readFields } from './request-body.ts'
import { isOurResource } from './resource.ts'
import { answerReuse } from './reuse.ts'
import type { Successors } from './successor.ts'
import { forceInSandbox, withoutPages } from './tested.ts'
import type { Throttle } from './throttle.ts'
import { tokenAnswer } from './token-answer.ts'

export type TokenNeeds = {
  issuer: string
  /** The library's own steps. */
  run: Middleware
  store: TokenStore
  readProof(clientId: string): Promise<ClientProof | null>
  authenticate: Authenticate
  throttle: Throttle
  successors: Successors
  note: NoteFlowStep
  forceOutcome: ForceOutcome
  now(): Date
  newId(): string
}

export function tokenEndpoint(needs: TokenNeeds): Middleware {
  return async ctx => {
    const fields = await readFields(ctx.req)
    const credentials = readCredentials(ctx.get('authorization') || undefined, fields)
    const attempted: Attempted = { fields, source: { kind: 'none' } }
    try {
      await grant(needs, ctx, credentials, attempted)
      note(needs, ctx, credentials.clientId, attempted, null)
    } catch (fault) {
      if (fault instanceof OAuthRefusal) note(needs, ctx, credentials.clientId, attempted, fault)
      throw fault
    }
  }
}

/** Answers the request. What was looked up is left in `attempted`, also when it is refused. */
async function grant(
  needs: TokenNeeds,
  ctx: Context,
  credentials: Credentials,
  attempted: Attempted,
): Promise<void> {
  const now = needs.now()
  const { fields } = attempted
  await needs.throttle(credentials.clientId, ctx.ip)
  const found = await read(needs, credentials.clientId, fields)
  attempted.source = found.source
  const presented = found.source.kind === 'none' ? null : found.source.hash
  const known = await needs.authenticate(credentials, found.proof, presented)
  allowOrigin(ctx, known.connection)
  refuseTargets(fields, needs.issuer)
  const forced = await forceInSandbox(needs, readTestOutcome(ctx.get(testHeader)), found.source)
  const source = forced ? (await read(needs, credentials.clientId, fields)).source : found.source

  const exchange = new Exchange(known, source, standing(source), now)
  begin(ctx, exchange)
  replay(ctx, { ...fields, client_id: credentials.clientId, client_secret: credentials.secret ?? '' })
  await needs.run(ctx, async () => {})
  if (ctx.status !== 200) throw await refusal(needs, ctx, exchange)
  const installation = await settle(needs, ctx, exchange)
  if (source.kind === 'code' && source.kept) await withoutPages(needs, source.kept, installation)
  ctx.body = tokenAnswer(ctx, exchange, installation)
}

/** For the developer's log. */
function note(
  needs: TokenNeeds,
  ctx: Context,
  clientId: string,
  attempted: Attempted,
  refused: OAuthRefusal | null,
): void {
  const connectionId = readUuid(clientId)
  if (!connectionId) return
  const kept = attempted.source.kind === 'none' ? null : attempted.source.kept
  needs.note(
    stepOf({
      kind: attempted.fields.grant_type === 'refresh_token' ? 'refreshed' : 'code-redeemed',
      at: needs.now(),
      connectionId,
      requestId: ctx.state.requestId,
      grantId: kept?.grantId ?? null,
      workspaceId: kept?.place.workspaceId ?? null,
      failure: refused && explainToken(refused, attempted),
    }),
  )
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
    const found = await needs.store.readRefreshToken(clientId, tokenHash)
    const issued = found.token?.successor
    const next = issued ? candidates.find(one => one.hash.equals(issued)) : candidates[0]!
    const successor = next?.value ?? null
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
  const issue = exchange.issue(needs.now())
  if (source.kind === 'code') {
    const trace = traceOf(needs, ctx)
    const more = { installationId: needs.newId(), trace }
    const redeemed = await needs.store.redeem(source.hash, issue, more).catch(async fault => {
      // It may have been written all the same; the partner, who got nothing, must be able to try again.
      await needs.store.reopenCode(source.hash, issue, trace.requestId).catch(() => {})
      throw fault
    })
    if (redeemed.kind === 'lost') {
      await needs.store.contestCode(source.hash)
      throw invalidGrant('The code was redeemed by another request.')
    }
    if (redeemed.kind === 'no-pages')
      throw invalidGrant('The member can no longer reach any of the chosen pages.')
    return redeemed.installationId
  }
  if (source.kind !== 'refresh') throw new Error('tokens were issued for nothing')
  const rotated = await needs.store.rotate(source.hash, issue)
  if (!rotated) throw invalidGrant('The authorization has ended.')
  return source.kept!.installation.id
}

/** The library's refusal in our words; a reuse that it found is written first. */
async function refusal(needs: TokenNeeds, ctx: Context, exchange: Exchange): Promise<Error> {
  const fault = ctx.state.providerFault as (Error & { error_detail?: string }) | undefined
  if (ctx.status >= 500) return fault ?? new Error('the provider failed')
  if (exchange.reused) await answerReuse(needs.store, ctx.req, exchange, traceOf(needs, ctx))
  const { error, error_description } = ctx.body as { error: string; error_description?: string }
  const description =
    exchange.standing ?? fault?.error_detail ?? error_description ?? 'The request is refused.'
  return new OAuthRefusal(ctx.status, error, description)
}

function traceOf(needs: TokenNeeds, ctx: Context) {
  return {
    eventId: needs.newId(),
    at: needs.now(),
    address: ctx.ip || null,
    requestId: ctx.state.requestId as string,
  }
}
