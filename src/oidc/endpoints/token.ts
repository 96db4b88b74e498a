/** POST /v1/oauth/token: runs the library's grant over an exchange, then stores the result by one statement. */

import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import type { Proofs } from '../../dpop/proofs.ts'
import type { NoteFlowStep } from '../../installs/flow-log.ts'
import { type ForceOutcome, readTestOutcome, testHeader } from '../../installs/forced-outcome.ts'
import type { Authenticate } from '../clients/client-authentication.ts'
import { type Credentials, claimedClient, readCredentials } from '../clients/client-credentials.ts'
import {
  type Published,
  type PublishedStore,
  requireDocument,
  withConnectionId,
} from '../clients/published.ts'
import { type Attempted, ownOf } from '../diagnostics/explain-token.ts'
import { begin, Exchange, keptOf, lacksKey } from '../library/exchange.ts'
import type { Granted, RunGrant } from '../library/grants.ts'
import type {
  FirstTokens,
  IntrospectionStore,
  NoteUse,
  ResourceStore,
  SecretStore,
  TokenStore,
} from '../ports.ts'
import { provenKey, refuseOtherKey } from './bound-tokens.ts'
import { allowOrigin } from './cors.ts'
import { type DeviceRequests, deviceGrant } from './device-requests.ts'
import { forceInSandbox, withoutPages } from './forced-outcome.ts'
import { detailsOf } from './introspect.ts'
import { invalidGrant, OAuthRefusal, unavailable } from './oauth-refusal.ts'
import { withoutOpenIdScopes } from './openid-scopes.ts'
import { denialReason, type PresentedNeeds, readPresented } from './presented-token.ts'
import { type Fields, readFields } from './request-body.ts'
import { answerReuse, certainBurst, isRetry } from './reuse.ts'
import { tokenAnswer } from './token-answer.ts'
import { note, noteRefusal } from './token-log.ts'
import type { Throttle } from './token-rate-limit.ts'
import { refuseDetails, targetOf } from './token-target.ts'

export type TokenNeeds = PresentedNeeds & {
  published: PublishedStore
  documents: Published
  issuer: string
  /** Whether the MCP server is served. */
  mcp: boolean
  devices: DeviceRequests
  proofs: Proofs
  runGrant: RunGrant
  store: TokenStore & SecretStore & ResourceStore & IntrospectionStore
  authenticate: Authenticate
  throttle: Throttle
  noteUse: NoteUse
  note: NoteFlowStep
  forceOutcome: ForceOutcome
  now(): Date
  newId(): string
}

export function tokenEndpoint(needs: TokenNeeds): Middleware {
  return async ctx => {
    const authorization = ctx.get('authorization') || undefined
    const attempted: Attempted = {
      fields: {},
      source: { kind: 'none' },
      reused: false,
      ended: null,
      address: null,
      counted: false,
      jkt: null,
    }
    try {
      attempted.fields = withoutOpenId(await withConnectionId(needs.published, await readFields(ctx.req)))
      const credentials = readCredentials(authorization, attempted.fields)
      if (attempted.fields.grant_type === deviceGrant)
        attempted.fields = await fieldsOfDevice(needs, credentials, attempted.fields)
      attempted.jkt = await provenKey(needs, ctx)
      await grant(needs, ctx, credentials, attempted)
      note(needs, ctx, claimedClient(authorization, attempted.fields), attempted, null)
    } catch (error) {
      if (error instanceof OAuthRefusal && !isWaiting(error))
        noteRefusal(needs, ctx, authorization, attempted, error)
      throw error
    }
  }
}

/** A device learns how far its flow is only once it has proven to be the client. */
async function fieldsOfDevice(needs: TokenNeeds, credentials: Credentials, fields: Fields): Promise<Fields> {
  const { clientId } = credentials
  await needs.authenticate(credentials, await needs.readProof(clientId))
  return needs.devices.redeemable({ ...fields, client_id: clientId })
}

/** A refresh may repeat the scope that a sign-in library began with. */
function withoutOpenId({ scope, ...fields }: Fields): Fields {
  const ours = withoutOpenIdScopes(scope)
  return ours === undefined ? fields : { ...fields, scope: ours }
}

/** A device asks again and again until its person has decided. */
const isWaiting = ({ code }: OAuthRefusal) => code === 'authorization_pending' || code === 'slow_down'

/** Attempts, when the rows that decide change between the read and the write. */
const maxReadings = 3

/** Answers the request, and stores in `attempted` the rows it read, also when it throws. */
async function grant(
  needs: TokenNeeds,
  ctx: Context,
  credentials: Credentials,
  attempted: Attempted,
): Promise<void> {
  for (let reading = 0; reading < maxReadings; reading++)
    if (await decide(needs, ctx, credentials, attempted)) return
  throw invalidGrant('The authorization has ended.')
}

/** @returns false, without a write, when the rows that decide have changed since they were read. */
async function decide(
  needs: TokenNeeds,
  ctx: Context,
  credentials: Credentials,
  attempted: Attempted,
): Promise<boolean> {
  const now = needs.now()
  const { fields } = attempted
  const found = await readPresented(needs, credentials.clientId, fields)
  attempted.source = found.source
  const presented = found.source.kind === 'none' ? null : found.source.hash
  const known = await needs.authenticate(credentials, found.proof, presented)
  // Counted after client authentication, so that requests with wrong secrets do not use up a client's allowance.
  if (!attempted.counted) needs.throttle(credentials.clientId, ctx.ip)
  attempted.counted = true
  allowOrigin(ctx, known.connection)
  if (found.source.kind === 'refresh' && found.source.kept)
    await requireDocument(needs.documents, known.connection, now)
  refuseDetails(fields)
  refuseOtherKey(known.connection, ownOf(keptOf(found.source), credentials.clientId), attempted.jkt)
  const resource = await targetOf(fields, ownOf(keptOf(found.source), credentials.clientId), needs)
  // Another host issued the next token; treating the retry as reuse would end the family.
  if (lacksKey(found.source, now) && ownOf(keptOf(found.source), credentials.clientId)) throw unavailable()
  const outcome = readTestOutcome(ctx.get(testHeader))
  const forced = await forceInSandbox(needs, outcome, found.source, credentials.clientId)
  const source = forced ? (await readPresented(needs, credentials.clientId, fields)).source : found.source

  const retried = await isRetry(needs.store, ctx.req, credentials.clientId, fields, source, now)
  const exchange = new Exchange(known, source, denialReason(source), now, {
    ...{ resource, retried, jkt: attempted.jkt },
  })
  begin(ctx, exchange)
  const granted = await needs.runGrant(ctx, exchange, fields).catch(async error => {
    // The library detected the reuse; ending the family is a write of its own.
    if (exchange.reused) {
      attempted.reused = true
      attempted.ended = await answerReuse(needs.store, ctx.req, exchange, traceOf(needs, ctx))
      attempted.address = partnerAddress(exchange, ctx)
    }
    throw error
  })
  if (retried && source.kind === 'code')
    return answerAgain(needs, ctx, exchange, granted, source.kept!.first!)
  const installation = await settle(needs, ctx, exchange)
  if (installation === null) return false
  if (source.kind === 'code' && source.kept) await withoutPages(needs, source.kept, installation)
  ctx.body = {
    ...tokenAnswer(ctx.state.requestId, granted, exchange, installation),
    ...(await grantedDetails(needs, granted.access_token, exchange)),
  }
  return true
}

/** The pages that were granted, for a client that asked for some. */
async function grantedDetails(needs: TokenNeeds, accessToken: string, { source, connection, now }: Exchange) {
  if (source.kind !== 'code' || source.kept?.payload.wished !== true) return {}
  const token = { kind: 'access', hash: hash('sha256', accessToken, 'buffer') } as const
  const { token: found } = await needs.store.introspect(connection.id, token, now)
  return found ? { authorization_details: detailsOf(found) } : {}
}

/** The response of the first exchange, whose tokens the library has derived again, without a write. */
async function answerAgain(
  needs: TokenNeeds,
  ctx: Context,
  exchange: Exchange,
  granted: Granted,
  first: FirstTokens,
): Promise<true> {
  const expires_in = Math.floor((first.expiresAt.getTime() - exchange.now.getTime()) / 1000)
  ctx.body = {
    ...tokenAnswer(ctx.state.requestId, { ...granted, expires_in }, exchange, first.installationId),
    ...(await grantedDetails(needs, granted.access_token, exchange)),
  }
  return true
}

/** The address of a confidential client's server. Requests of public clients come from people, whose addresses are not stored. */
function partnerAddress({ connection }: Exchange, ctx: Context): string | null {
  return connection.clientType === 'confidential' ? ctx.ip || null : null
}

/** Stores the tokens. @returns the installation's id; null when the rows that decide have changed. */
async function settle(needs: TokenNeeds, ctx: Context, exchange: Exchange): Promise<string | null> {
  const { source } = exchange
  const issue = exchange.issue(needs.now(), partnerAddress(exchange, ctx))
  if (source.kind === 'code') {
    const trace = traceOf(needs, ctx)
    const more = { installationId: needs.newId(), stamp: source.kept!.stamp, trace }
    const redeemed = await needs.store.redeem(source.hash, issue, more).catch(async error => {
      // The write may have succeeded; the partner got no response and must be able to retry.
      await needs.store.reopenCode(source.hash, issue, trace.requestId).catch(() => {})
      throw error
    })
    if (redeemed.kind === 'lost') {
      await needs.store.countRivals(source.hash, certainBurst)
      throw invalidGrant('The code was redeemed by another request.')
    }
    if (redeemed.kind === 'no-pages')
      throw invalidGrant('The member can no longer reach any of the chosen pages.')
    return redeemed.kind === 'redeemed' ? redeemed.installationId : null
  }
  if (source.kind !== 'refresh') throw new Error('tokens were issued without a code or refresh token')
  const rotated = await needs.store.rotate(source.hash, issue)
  if (!rotated) return null
  const installationId = source.kept!.installation.id
  needs.noteUse({ installationId, internalTokenId: null }, exchange.now)
  return installationId
}

function traceOf(needs: TokenNeeds, ctx: Context) {
  return {
    eventId: needs.newId(),
    at: needs.now(),
    address: ctx.ip || null,
    requestId: ctx.state.requestId as string,
  }
}
