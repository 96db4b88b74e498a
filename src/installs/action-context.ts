import type { EventKind, InstallEvent } from './events.ts'
import type { Actor } from './policy.ts'

/** The author of an action in a workspace, and their address: recorded in the event of the change. */
export type ActionContext = {
  workspaceId: string
  /** null: the operator, on the command line. */
  actorId: string | null
  address: string | null
  requestId: string | null
}

export type ActionNeeds = { now(): Date; newId(): string }

/** The parts of an action that changes these stores in one transaction. */
export type ActionParts<Stores> = ActionNeeds & {
  transact<T>(work: (stores: Stores) => Promise<T>): Promise<T>
}

/** The operator acts with owner rights in every workspace. */
const operator: Actor = { userId: 'operator', role: 'owner', userDisabled: false }

/** The person in the workspace, with their role; null when there is no such workspace. */
export async function actorOf(
  stores: { actor(workspaceId: string, userId: string): Promise<Actor | null> },
  context: ActionContext,
): Promise<Actor | null> {
  return context.actorId === null ? operator : stores.actor(context.workspaceId, context.actorId)
}

/** An event of one connection, of one installation of it, or of the workspace's rules. */
export function newEvent(
  needs: ActionNeeds,
  context: ActionContext,
  kind: EventKind,
  about: { connectionId: string | null; installationId: string | null; installerId?: string },
  data: Record<string, unknown> = {},
): InstallEvent {
  return {
    id: needs.newId(),
    at: needs.now(),
    kind,
    workspaceId: context.workspaceId,
    connectionId: about.connectionId,
    installationId: about.installationId,
    ...(about.installerId !== undefined && { installerId: about.installerId }),
    actorId: context.actorId,
    address: context.address,
    requestId: context.requestId,
    data,
  }
}
