/** The library's storage adapter: token requests use their exchange, the flow uses the stores. */
import { hash } from 'node:crypto'
import Provider, { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { readTestOutcome, type TestOutcome, testParameter } from '../../installs/forced-outcome.ts'
import { deviceRedirectUri } from '../endpoints/device-requests.ts'
import type { Authorizations, Payload } from '../ports.ts'
import { exchangeOf } from './exchange.ts'
import { lifetimes } from './lifetimes.ts'
import { grantPayload, keptPayload } from './payload.ts'

export type FlowStore = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  writeNew(key: string, value: string, seconds: number): Promise<boolean>
  replace(key: string, value: string, seconds: number): Promise<boolean>
  take(key: string): Promise<string | null>
}

export function adapterFactory(needs: {
  issuer: string
  authorizations: Authorizations
  shortLived: FlowStore
}): AdapterFactory {
  return model =>
    model === 'Interaction'
      ? interactions(needs.shortLived)
      : durable(model, needs.authorizations, needs.issuer)
}

const isResuming = () => Provider.ctx?.oidc.route === 'resume'

/** The answer with which the browser has gone on, for as long as a code lives. */
export const answeredKey = (uid: string) => `interaction-answered:${uid}`

/** Flows in progress, in the short-lived store: losing one means starting over. */
function interactions(store: FlowStore): Adapter {
  const key = (uid: string) => `interaction:${uid}`

  /** The first answer that a browser goes on with, each time that it does: a response may be lost on its way. */
  async function answer(uid: string): Promise<string | null> {
    const waiting = await store.read(key(uid))
    const isFirst = waiting !== null && (await store.writeNew(answeredKey(uid), waiting, lifetimes.code))
    return isFirst ? waiting : store.read(answeredKey(uid))
  }

  return {
    ...unusedMethods('Interaction'),
    async upsert(uid, payload, expiresIn) {
      const kept = [key(uid), JSON.stringify(payload), expiresIn ?? 1] as const
      // A second decision must not recreate the interaction that the resumption of the first has just deleted.
      const answers = payload.result !== undefined && !isResuming()
      if (!answers) await store.write(...kept)
      else if (!(await store.replace(...kept))) throw new errors.SessionNotFound('the request is over')
    },
    async find(uid) {
      const text = await (isResuming() ? answer(uid) : store.read(key(uid)))
      return text === null ? undefined : (JSON.parse(text) as AdapterPayload)
    },
    async destroy(uid) {
      await store.take(key(uid))
    },
  }
}

function durable(model: string, store: Authorizations, issuer: string): Adapter {
  const current = () => exchangeOf(Provider.ctx)
  return {
    ...unusedMethods(model),
    async find(id) {
      const exchange = current()
      if (exchange) return exchange.find(model, id) as AdapterPayload | undefined
      if (model !== 'Grant') return undefined
      const found = await store.readAuthorization(id)
      if (!found) return undefined
      if (isResuming()) {
        if (found.redeemed) throw alreadyRedeemed()
        Provider.ctx!.state.issuedCode = found.codeHash
      }
      return grantPayload({ ...found, grantId: id }, found.capabilities.join(' ')) as AdapterPayload
    },
    async upsert(id, payload) {
      const exchange = current()
      if (exchange) return exchange.save(model, id, payload as Payload)
      if (model !== 'AuthorizationCode') throw new Error(`${model} is not kept outside of a token request`)
      const code = {
        hash: hash('sha256', id, 'buffer'),
        grantId: payload.grantId!,
        payload: {
          ...keptPayload(payload as Payload),
          ...testOf(Provider.ctx),
          ...resourceOf(Provider.ctx),
          ...deviceOf(Provider.ctx, issuer),
          ...proofKeyOf(Provider.ctx),
          ...wishOf(Provider.ctx),
        },
        now: new Date(payload.iat! * 1000),
      }
      // The authorization was revoked meanwhile.
      if (!(await store.saveCode(code))) throw new errors.AccessDenied('The authorization has ended.')
    },
    // Consuming is part of the statement that stores the tokens.
    async consume() {},
    // The library destroys only on reuse; the endpoint then ends the authorization itself.
    async destroy() {
      markReused()
    },
    async revokeByGrantId() {
      markReused()
    },
  }
}

/** A page for the person: the partner has its answer, and an error would be a second one. */
const alreadyRedeemed = () =>
  Object.assign(new errors.SessionNotFound('the code of this request was redeemed'), {
    allow_redirect: false,
  })

/** A test outcome to apply when the code is redeemed; the library ignores this payload member. */
function testOf(ctx: unknown): { test?: TestOutcome } {
  const { params } = (ctx as { oidc: { params?: Record<string, unknown> } }).oidc
  const test = readTestOutcome(params?.[testParameter])
  return test === 'no-pages' ? { test } : {}
}

/** The resource that the authorization request named. */
function resourceOf(ctx: unknown): { resource?: string } {
  const { params } = (ctx as { oidc: { params?: Record<string, unknown> } }).oidc
  return typeof params?.resource === 'string' ? { resource: params.resource } : {}
}

/** Whether the code is for a device, which asks for it in its own time. */
function deviceOf(ctx: unknown, issuer: string): { device?: true } {
  const { params } = (ctx as { oidc: { params?: Record<string, unknown> } }).oidc
  return params?.redirect_uri === deviceRedirectUri(issuer) ? { device: true } : {}
}

/** The key that the authorization request bound the code to (RFC 9449 §10). */
function proofKeyOf(ctx: unknown): { proofKey?: string } {
  const { params } = (ctx as { oidc: { params?: Record<string, unknown> } }).oidc
  return typeof params?.proof_key === 'string' ? { proofKey: params.proof_key } : {}
}

/** Whether the request asked for pages: the answer to its code then says which were granted (RFC 9396 §7). */
function wishOf(ctx: unknown): { wished?: true } {
  const { params } = (ctx as { oidc: { params?: Record<string, unknown> } }).oidc
  return typeof params?.wish === 'string' ? { wished: true } : {}
}

function markReused(): void {
  const exchange = exchangeOf(Provider.ctx)
  if (!exchange) throw new Error('nothing is revoked outside of a token request')
  exchange.reused = true
}

/** Methods that a model never calls. */
function unusedMethods(model: string): Adapter {
  const unused = async () => {
    throw new Error(`${model} is not used in this way`)
  }
  return {
    upsert: unused,
    find: unused,
    findByUid: unused,
    findByUserCode: unused,
    consume: unused,
    destroy: unused,
    revokeByGrantId: unused,
  }
}
