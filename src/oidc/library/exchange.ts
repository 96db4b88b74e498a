/**
 * The unit of work of one token request. While the library runs its steps, the adapter answers its finds from what was read
 * in one query, and only collects what it wants written; afterwards it is written by one statement, or not at all.
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
  Place,
} from '../ports.ts'
import { lifetimes } from './lifetimes.ts'
import { grantPayload, keptPayload, type RowFacts, seconds, wholePayload } from './payload.ts'

export type Source =
  | { kind: 'code'; value: string; hash: Buffer; kept: KeptCode | null }
  | {
      kind: 'refresh'
      value: string
      hash: Buffer
      kept: KeptRefreshToken | null
      /** What comes after it; null: it was told before, under a key that is no longer kept. */
      successor: string | null
    }
  | { kind: 'none' }

export class Exchange {
  readonly client: Client
  readonly connection: ClientConnection
  readonly source: Source
  readonly now: Date
  /** The library met a code or a refresh token that was used before. */
  reused = false
  /** Why the member's installation may not have tokens; null: it may. */
  readonly standing: string | null
  private access: NewToken | null = null
  private refresh: NewToken | null = null

  constructor(
    known: { client: Client; connection: ClientConnection },
    source: Source,
    standing: string | null,
    now: Date,
  ) {
    this.client = known.client
    this.connection = known.connection
    this.source = source
    this.standing = standing
    this.now = now
  }

  get place(): Place | null {
    return this.source.kind === 'none' ? null : (this.source.kept?.place ?? null)
  }

  find(model: string, id: string): Payload | undefined {
    const { source } = this
    if (source.kind === 'none' || source.kept === null) return undefined
    if (model === 'Grant') return id === source.kept.grantId ? grantOf(source) : undefined
    if (model !== (source.kind === 'code' ? 'AuthorizationCode' : 'RefreshToken') || id !== source.value)
      return undefined
    const payload = wholePayload(model, id, factsOf(source), source.kept.payload)
    const consumed = consumedAt(source, this.now)
    if (!consumed) return payload
    // The library would call a used one expired and look no further: late replays must be found out too.
    return { ...payload, exp: seconds(this.now) + 60, consumed: seconds(consumed) }
  }

  save(model: string, id: string, payload: Payload): void {
    const token = {
      hash: hash('sha256', id, 'buffer'),
      payload: keptPayload(payload),
      expiresAt: new Date(Number(payload.exp) * 1000),
    }
    if (model === 'AccessToken') this.access = token
    else if (model === 'RefreshToken') this.refresh = token
    else throw new Error(`a token request does not write ${model}`)
  }

  /**
   * What the library wants issued. @throws when it wanted nothing.
   * @param from where the request came from; kept with the refresh token that it brings, so that a later reuse can be told.
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
  const { grantId, connectionId, issuedAt, place } = kept!
  // A code lives from its issue, whatever becomes of its authorization.
  const expiresAt = kind === 'code' ? new Date(issuedAt.getTime() + lifetimes.code * 1000) : kept!.expiresAt
  return { grantId, connectionId, userId: place.user.id, issuedAt, expiresAt }
}

function grantOf(source: Found): Payload {
  const { grantId, connectionId, place, expiresAt } = source.kept!
  const scope =
    source.kind === 'code' ? source.kept!.capabilities.join(' ') : String(source.kept!.payload.scope)
  return grantPayload({ grantId, connectionId, userId: place.user.id, expiresAt }, scope)
}

/** When it was used up; null while it counts as live, as a refresh token does for a while after its use. */
function consumedAt(source: Found, now: Date): Date | null {
  const at = source.kept?.consumedAt ?? null
  if (at === null || source.kind === 'code') return at
  const inGrace = at > graceFrom(now) && !source.kept!.successorUsed && source.successor !== null
  return inGrace ? null : at
}

/** A refresh token used after this moment may be used again by a client that did not get the answer. */
function graceFrom(now: Date): Date {
  return new Date(now.getTime() - lifetimes.refreshGrace * 1000)
}

/** The exchanges under way, by the context of their request. */
const underWay = new WeakMap<object, Exchange>()

export function begin(ctx: object, exchange: Exchange): void {
  underWay.set(ctx, exchange)
}

export function exchangeOf(ctx: object | undefined): Exchange | undefined {
  return ctx && underWay.get(ctx)
}
