import type { EventKind, InstallEvent } from './events.ts'
import type { Actor } from './policy.ts'

/** Who does something in a workspace, and from where: what the event of the change says of it. */
export type Deed = {
  workspaceId: string
  /** null: the operator, on the command line. */
  actorId: string | null
  address: string | null
  requestId: string | null
}

export type DeedNeeds = { now(): Date; newId(): string }

/** The operator stands above every workspace, and may do there what its owners may. */
const operator: Actor = { userId: 'operator', role: 'owner', userDisabled: false }

/** As what someone acts; null when there is no such workspace. */
export async function actorOf(
  stores: { actor(workspaceId: string, userId: string): Promise<Actor | null> },
  deed: Deed,
): Promise<Actor | null> {
  return deed.actorId === null ? operator : stores.actor(deed.workspaceId, deed.actorId)
}

/** What happened to one connection, to one installation of it, or to the workspace's rules, by this deed. */
export function eventOf(
  needs: DeedNeeds,
  deed: Deed,
  kind: EventKind,
  about: { connectionId: string | null; installationId: string | null; installerId?: string },
  data: Record<string, unknown> = {},
): InstallEvent {
  return {
    id: needs.newId(),
    at: needs.now(),
    kind,
    workspaceId: deed.workspaceId,
    connectionId: about.connectionId,
    installationId: about.installationId,
    ...(about.installerId !== undefined && { installerId: about.installerId }),
    actorId: deed.actorId,
    address: deed.address,
    requestId: deed.requestId,
    data,
  }
}
