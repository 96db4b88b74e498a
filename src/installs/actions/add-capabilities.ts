import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import { capabilities as allCapabilities, type Capability } from '../capability.ts'
import type { InstallEvent } from '../events.ts'
import { type HeldInstallation, type InstallationScope, isLive } from '../installation.ts'
import { type Actor, mayWiden, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

export type AllowedCapabilities = {
  capabilities: Capability[]
  /** Those that count for every token, whatever its scope. */
  addedCapabilities: Capability[]
}

export type AddCapabilitiesStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  capabilitiesOf(workspaceId: string, installationId: string): Promise<AllowedCapabilities>
  setCapabilities(
    workspaceId: string,
    installationId: string,
    allowed: AllowedCapabilities,
    now: Date,
  ): Promise<void>
  append(event: InstallEvent): Promise<void>
}

/** `ended`: it was disconnected in the meantime. */
export type CapabilitiesAdded = { kind: 'added' | 'already' | 'ended' | 'unknown' }

/**
 * A member allows their own installation more than at the consent, without the partner. The tokens that exist have it from the
 * next request on. The rules of the flow apply: the connection must be registered with it, and installable today.
 */
export function addCapabilities(needs: ActionParts<AddCapabilitiesStores>) {
  return (
    context: ActionContext & { actorId: string },
    installationId: string,
    wanted: readonly Capability[],
  ): Promise<CapabilitiesAdded | Refusal> =>
    needs.transact(async stores => {
      const { workspaceId, actorId } = context
      const actor = await actorOf(stores, context)
      const [held] = await stores.holdInstallations(workspaceId, { installationId })
      if (!actor || held?.userId !== actorId) return { kind: 'unknown' }
      if (!isLive(held)) return { kind: 'ended' }
      const placement = await stores.placement(actorId, workspaceId, held.connectionId)
      if (!placement) return { kind: 'unknown' }
      const may = mayWiden(placement, actor, held)
      if (may.kind === 'no') return refused(may.because)
      if (wanted.some(one => !placement.connection.capabilities.includes(one)))
        return refused('capability-not-registered')
      const before = await stores.capabilitiesOf(workspaceId, held.id)
      const after = {
        capabilities: union(before.capabilities, wanted),
        addedCapabilities: union(before.addedCapabilities, wanted),
      }
      if (after.addedCapabilities.length === before.addedCapabilities.length) return { kind: 'already' }
      await stores.setCapabilities(workspaceId, held.id, after, needs.now())
      const about = { connectionId: held.connectionId, installationId: held.id }
      await stores.append(newEvent(needs, context, 'capabilities.added', about, { added: wanted }))
      return { kind: 'added' }
    })
}

const union = (one: readonly Capability[], other: readonly Capability[]) =>
  allCapabilities.filter(capability => one.includes(capability) || other.includes(capability))
