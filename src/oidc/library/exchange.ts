/**
 * The unit of work of one token request. While the library runs, the adapter serves its reads from the result of one query and
 * collects its writes; afterwards they are written by one statement, or discarded.
 */
import { hash } from 'node:crypto'
import type { Client } from 'oidc-provider'
import type {
  ClientConnection,
  Issue,
  KeptCode,
  KeptRefreshToken,
  NewToken,
  Payload,
  TokenOwner,
} from '../ports.ts'
import { lifetimes } from './lifetimes.ts'
import { grantPayload, keptPayload, type RowFacts, seconds, wholePayload } from './payload.ts'

export type Source =
  | {
      kind: 'code'
      value: string
      hash: Buffer
      kept: KeptCode | null
      /** The tokens that it brings; null: it brought others. */
      tokens: { access: string; refresh: string } | null
    }
  | {
      kind: 'refresh'
      value: string
      hash: Buffer
      kept: KeptRefreshToken | null
      /** The next refresh token; null: it was issued under a secret key that this server lacks. */
      next: string | null
    }
  | { kind: 'none' }

/** The stored code or refresh token; null: it is unknown. */
export const keptOf = (source: Source): KeptCode | KeptRefreshToken | null =>
  source.kind === 'none' ? null : source.kept

export class Exchange {
  readonly client: Client
  readonly connection: ClientConnection
  readonly source: Source
  readonly now: Date
  /** The exchange of the code is repeated after a lost response: the library treats the code as unused. */
  readonly retried: boolean
  /** The library found that the code or refresh token was used before. */
  reused = false
  /** The reason to refuse tokens; null: they may be issued. */
  readonly denialReason: string | null
  /** The resource that the tokens are for (RFC 8707), if one was named. */
  readonly resource: string | null
  /** The thumbprint of the key that the tokens are bound to (RFC 9449), if the client proved to have one. */
  readonly jkt: string | null
  private access: NewToken | null = null
  private refresh: NewToken | null = null

  constructor(
    known: { client: Client; connection: ClientConnection },
    source: Source,
    denialReason: string | null,
    now: Date,
    {
      resource = null,
      jkt = null,
      retried = false,
    }: { resource?: string | null; jkt?: string | null; retried?: boolean },
  ) {
    this.retried = retried
    this.client = known.client
    this.connection = known.connection
    this.source = source
    this.denialReason = denialReason
    this.now = now
    this.resource = resource
    this.jkt = jkt
  }

  get owner(): TokenOwner | null {
    return this.source.kind === 'none' ? null : (this.source.kept?.owner ?? null)
  }

  find(model: string, id: string): Payload | undefined {
    const { source } = this
    if (source.kind === 'none' || source.kept === null) return undefined
    if (model === 'Grant') return id === source.kept.grantId ? grantOf(source) : undefined
    if (model !== (source.kind === 'code' ? 'AuthorizationCode' : 'RefreshToken') || id !== source.value)
      return undefined
    const payload = wholePayload(model, id, factsOf(source), source.kept.payload)
    const consumed = this.retried ? null : consumedAt(source, this.now)
    if (!consumed) return payload
    // The library checks expiry before reuse; an unexpired payload makes it detect late replays as well.
    return { ...payload, exp: seconds(this.now) + 60, consumed: seconds(consumed) }
  }

  save(model: string, id: string, payload: Payload): void {
    const audience =
      this.resource && (model === 'AccessToken' ? { aud: this.resource } : { resource: this.resource })
    const token = {
      hash: hash('sha256', id, 'buffer'),
      payload: { ...keptPayload(payload), ...audience, ...this.binding(model) },
      expiresAt: new Date(Number(payload.exp) * 1000),
    }
    if (model === 'AccessToken') this.access = token
    else if (model === 'RefreshToken') this.refresh = token
    else throw new Error(`a token request does not write ${model}`)
  }

  /** Refresh tokens of clients that authenticate are bound to the client already (RFC 9449 §5). */
  private binding(model: string): Payload {
    if (this.jkt === null) return {}
    if (model === 'AccessToken') return { jkt: this.jkt }
    return this.connection.clientType === 'public' ? { proofKey: this.jkt } : {}
  }

  /**
   * The tokens that the library asked to store. @throws an Error if it stored none.
   * @param from the client's address; stored with the refresh token, to explain a later reuse.
   */
  issue(now: Date, from: string | null): Issue {
    if (this.source.kind === 'none' || !this.source.kept || !this.access)
      throw new Error('nothing was issued')
    const { access, refresh } = this
    const kept = refresh && from ? { ...refresh, payload: { ...refresh.payload, from } } : refresh
    return { grantId: this.source.kept.grantId, access, refresh: kept, now }
  }
}

type Found = Exclude<Source, { kind: 'none' }>

function factsOf({ kind, kept }: Found): RowFacts {
  const { grantId, connectionId, issuedAt, owner } = kept!
  // A code expires by its own age, under any lifetime of its authorization.
  const codeSeconds = kept!.payload.device === true ? lifetimes.deviceCode : lifetimes.code
  const expiresAt = kind === 'code' ? new Date(issuedAt.getTime() + codeSeconds * 1000) : kept!.expiresAt
  return { grantId, connectionId, userId: owner.user.id, issuedAt, expiresAt }
}

function grantOf(source: Found): Payload {
  const { grantId, connectionId, owner, expiresAt } = source.kept!
  const scope =
    source.kind === 'code' ? source.kept!.capabilities.join(' ') : String(source.kept!.payload.scope)
  return grantPayload({ grantId, connectionId, userId: owner.user.id, expiresAt }, scope)
}

/** When it was consumed; null while it may be used, which for a refresh token includes the grace period. */
function consumedAt(source: Found, now: Date): Date | null {
  const at = source.kept?.consumedAt ?? null
  if (at === null || source.kind === 'code') return at
  return inGrace(source, now) ? null : at
}

/** A rotated token that may be retried, whose next token cannot be derived, as this server lacks the secret key. */
export function lacksKey(source: Source, now: Date): boolean {
  return source.kind === 'refresh' && source.next === null && inGrace(source, now)
}

function inGrace({ kept }: Extract<Source, { kind: 'refresh' }>, now: Date): boolean {
  return kept !== null && kept.consumedAt !== null && kept.consumedAt > graceFrom(now) && !kept.nextUsed
}

/** A refresh token rotated after this moment may be retried by a client that did not get the response. */
function graceFrom(now: Date): Date {
  return new Date(now.getTime() - lifetimes.refreshGrace * 1000)
}

/** Exchanges in progress, by the context of their request. */
const underWay = new WeakMap<object, Exchange>()

export function begin(ctx: object, exchange: Exchange): void {
  underWay.set(ctx, exchange)
}

export function exchangeOf(ctx: object | undefined): Exchange | undefined {
  return ctx && underWay.get(ctx)
}
