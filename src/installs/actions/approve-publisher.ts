import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import { type Actor, mayGovern, policyInEffect } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'
import type { KeptPolicy } from './set-policy.ts'
import { type SettleStores, settleRequests } from './settle-requests.ts'

export type PublisherStores = SettleStores & {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  /** Locks the policy; null: there is no such workspace. */
  holdPolicy(workspaceId: string): Promise<KeptPolicy | null>
  /** @returns false: it was approved already. */
  addPublisher(workspaceId: string, host: string, by: string | null, now: Date): Promise<boolean>
  /** @returns false: it was not approved. */
  removePublisher(workspaceId: string, host: string): Promise<boolean>
  /** The connections of this publisher that members of the workspace asked for. */
  askedOf(workspaceId: string, host: string): Promise<string[]>
}

/** The host of a publisher as it is compared; null: the text names none. A whole address of a document is taken too. */
export function publisherHost(text: string): string | null {
  const address = text.includes('://') ? text : `https://${text}`
  const url = URL.parse(address)
  if (url?.protocol !== 'https:' || url.username || url.password) return null
  return /^[\w-]+(\.[\w-]+)+(:\d+)?$|^localhost(:\d+)?$/.test(url.host) ? url.host : null
}

type Outcome<Kind extends string> = Promise<{ kind: Kind | 'already' | 'unknown' } | Refusal>

/** An owner approves everything that a host publishes, also what is still to come. Requests for it that wait are approved too. */
export function addPublisher(needs: ActionParts<PublisherStores>) {
  return (context: ActionContext, host: string): Outcome<'added'> =>
    needs.transact(async stores => {
      const rules = await stores.holdPolicy(context.workspaceId)
      const actor = await actorOf(stores, context)
      if (!actor || !rules) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      const isNew = await stores.addPublisher(context.workspaceId, host, context.actorId, needs.now())
      if (!isNew) return { kind: 'already' }
      await stores.appendAll([newEvent(needs, context, 'publisher.approved', ofNone, { host })])
      const { restrictInstalls } = policyInEffect(rules.plan, rules.policy)
      for (const connectionId of await stores.askedOf(context.workspaceId, host))
        await settleRequests(needs, stores, context, connectionId, restrictInstalls)
      return { kind: 'added' }
    })
}

/** Installations of the publisher's connections stay. */
export function removePublisher(needs: ActionParts<PublisherStores>) {
  return (context: ActionContext, host: string): Outcome<'removed'> =>
    needs.transact(async stores => {
      const rules = await stores.holdPolicy(context.workspaceId)
      const actor = await actorOf(stores, context)
      if (!actor || !rules) return { kind: 'unknown' }
      const may = mayGovern(actor)
      if (may.kind === 'no') return refused(may.because)
      if (!(await stores.removePublisher(context.workspaceId, host))) return { kind: 'already' }
      await stores.appendAll([newEvent(needs, context, 'publisher.removed', ofNone, { host })])
      return { kind: 'removed' }
    })
}

const ofNone = { connectionId: null, installationId: null }
