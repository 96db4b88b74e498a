import { accessEndAfter, mostAccessDays, withinLimit } from '../access-end.ts'
import { type ActionParts, newEvent } from '../action-context.ts'
import type { Capability } from '../capability.ts'
import type { Consent } from '../consent.ts'
import type { InstallEvent } from '../events.ts'
import { mayInstall, type Placement } from '../policy.ts'
import { type InstallRefusal, type Refusal, refused } from '../refusal.ts'

/** A signed-in person whom a connection asks for capabilities… */
export type Asked = {
  connectionId: string
  userId: string
  /** Those that it asks for… */
  capabilities: Capability[]
  /** …and those of them that the person left out, which the connection must be registered with as optional. */
  declined: readonly Capability[]
  /** The days after which the access ends, cut to the policy's limit; null: when it is disconnected. */
  accessDays: number | null
  address: string | null
  requestId: string | null
}
/** …who chose a workspace. */
export type Placed = Asked & { workspaceId: string }
/** …and pages in it. */
export type Chosen = Placed & { pages: readonly [string, ...string[]] }

/** The methods run in the action's transaction. */
export type AllowAccessStores = {
  /** null: the workspace or the connection does not exist. */
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  /** The given pages that this member reaches, in no particular order. */
  reachable(userId: string, workspaceId: string, pages: readonly string[]): Promise<string[]>
  saveConsent(consent: Consent): Promise<void>
  /** The partner gets its answer, so the member's requests for approval end. @returns the approved requests that this takes up. */
  takeUpRequests(userId: string, workspaceId: string, connectionId: string): Promise<string[]>
  append(event: InstallEvent): Promise<void>
}

export type ConsentRefusal =
  | InstallRefusal
  | 'capability-not-registered'
  | 'capability-required'
  | 'no-capability'
  | 'page-out-of-reach'

/** The time in which a consent's code is redeemed: the code lives a minute, the rest is slack for the redirect. */
const consentLifetimeMs = 10 * 60_000

/**
 * Records a member's consent. The pages and capabilities that may be granted are derived again here: the form is never trusted.
 * The consent is in force only once its code is redeemed.
 */
export function allowAccess(needs: ActionParts<AllowAccessStores>) {
  return (chosen: Chosen): Promise<{ kind: 'allowed'; consent: Consent } | Refusal<ConsentRefusal>> =>
    needs.transact(async stores => {
      const placement = await stores.placement(chosen.userId, chosen.workspaceId, chosen.connectionId)
      if (!placement) return refused('not-a-member')
      const may = mayInstall(placement)
      if (may.kind === 'no') return refused(may.because)
      if (chosen.capabilities.some(one => !placement.connection.capabilities.includes(one)))
        return refused('capability-not-registered')
      const { optionalCapabilities: optional } = placement.connection
      const declined = chosen.capabilities.filter(one => chosen.declined.includes(one))
      if (declined.some(one => !optional.includes(one))) return refused('capability-required')
      const capabilities = chosen.capabilities.filter(one => !declined.includes(one))
      if (capabilities.length === 0) return refused('no-capability')

      const pages = [...new Set(chosen.pages)]
      const reachable = new Set(await stores.reachable(chosen.userId, chosen.workspaceId, pages))
      if (pages.some(page => !reachable.has(page))) return refused('page-out-of-reach')

      const now = needs.now()
      const consent: Consent = {
        id: needs.newId(),
        workspaceId: chosen.workspaceId,
        connectionId: chosen.connectionId,
        userId: chosen.userId,
        capabilities,
        pages: pages as [string, ...string[]],
        accessEnd: accessEndAfter(withinLimit(chosen.accessDays, mostAccessDays(placement)), now),
        address: chosen.address,
        createdAt: now,
        expiresAt: new Date(now.getTime() + consentLifetimeMs),
      }
      await stores.saveConsent(consent)
      const context = { ...chosen, actorId: consent.userId }
      const about = { connectionId: consent.connectionId, installationId: null }
      const data = {
        consent_id: consent.id,
        pages: pages.length,
        capabilities: consent.capabilities,
        ...(consent.accessEnd && { access_ends_at: consent.accessEnd.at }),
      }
      await stores.append(newEvent(needs, context, 'consent.given', about, data))
      for (const id of await stores.takeUpRequests(consent.userId, consent.workspaceId, consent.connectionId))
        await stores.append(newEvent(needs, context, 'approval-request.taken-up', about, { request_id: id }))
      return { kind: 'allowed', consent }
    })
}
