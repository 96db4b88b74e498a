/** Where each of the library's models is kept: a token request in its exchange, the flow in the stores. */
import { hash } from 'node:crypto'
import Provider, { type Adapter, type AdapterFactory, type AdapterPayload, errors } from 'oidc-provider'
import { readTestOutcome, type TestOutcome, testParameter } from '../../installs/forced-outcome.ts'
import type { AuthorizationStore, Payload } from '../ports.ts'
import { exchangeOf } from './exchange.ts'
import { grantPayload, keptPayload } from './payload.ts'

export type FlowStore = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  replace(key: string, value: string, seconds: number): Promise<boolean>
  take(key: string): Promise<string | null>
}

export type AdapterNeeds = {
  authorizations: Pick<AuthorizationStore, 'readAuthorization' | 'saveCode'>
  shortLived: FlowStore
}

export function adapterFactory(needs: AdapterNeeds): AdapterFactory {
  return model =>
    model === 'Interaction' ? interactions(needs.shortLived) : durable(model, needs.authorizations)
}

const isResuming = () => Provider.ctx?.oidc.route === 'resume'

/** The flow under way: it may be lost, and is then begun anew. */
function interactions(store: FlowStore): Adapter {
  const key = (uid: string) => `interaction:${uid}`
  return {
    ...nothing('Interaction'),
    async upsert(uid, payload, expiresIn) {
      const kept = [key(uid), JSON.stringify(payload), expiresIn ?? 1] as const
      // A second answer must not bring back the request that the first one's resumption has just taken.
      const answers = payload.result !== undefined && !isResuming()
      if (!answers) await store.write(...kept)
      else if (!(await store.replace(...kept))) throw new errors.SessionNotFound('the request is over')
    },
    async find(uid) {
      // Resuming takes it: of two resumptions at once, one gets a code.
      const text = await (isResuming() ? store.take(key(uid)) : store.read(key(uid)))
      return text === null ? undefined : (JSON.parse(text) as AdapterPayload)
    },
    async destroy(uid) {
      await store.take(key(uid))
    },
  }
}

function durable(model: string, store: AdapterNeeds['authorizations']): Adapter {
  const current = () => exchangeOf(Provider.ctx)
  return {
    ...nothing(model),
    async find(id) {
      const exchange = current()
      if (exchange) return exchange.find(model, id) as AdapterPayload | undefined
      if (model !== 'Grant') return undefined
      const found = await store.readAuthorization(id)
      if (!found) return undefined
      return grantPayload({ ...found, grantId: id }, found.capabilities.join(' ')) as AdapterPayload
    },
    async upsert(id, payload) {
      const exchange = current()
      if (exchange) return exchange.save(model, id, payload as Payload)
      if (model !== 'AuthorizationCode') throw new Error(`${model} is not kept outside of a token request`)
      const code = {
        hash: hash('sha256', id, 'buffer'),
        grantId: payload.grantId!,
        payload: { ...keptPayload(payload as Payload), ...testOf(Provider.ctx) },
        now: new Date(payload.iat! * 1000),
      }
      // What was allowed has been ended meanwhile: the partner is told as much.
      if (!(await store.saveCode(code))) throw new errors.AccessDenied('The authorization has ended.')
    },
    // The consume is part of the one statement, which knows the source.
    async consume() {},
    // Only the discovery of a reuse ends anything here; the endpoint writes it, on its own.
    async destroy() {
      markReused()
    },
    async revokeByGrantId() {
      markReused()
    },
  }
}

/** What the developer forces when the code is redeemed (the library passes over what it does not know). */
function testOf(ctx: unknown): { test?: TestOutcome } {
  const { params } = (ctx as { oidc: { params?: Record<string, unknown> } }).oidc
  const test = readTestOutcome(params?.[testParameter])
  return test === 'no-pages' ? { test } : {}
}

function markReused(): void {
  const exchange = exchangeOf(Provider.ctx)
  if (!exchange) throw new Error('nothing is revoked outside of a token request')
  exchange.reused = true
}

/** The methods that a model does not use. */
function nothing(model: string): Adapter {
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
