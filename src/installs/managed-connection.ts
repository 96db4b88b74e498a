/** A change of a connection by its developer: the author, the row that is locked meanwhile, and the event. */

import type { ActionNeeds } from './action-context.ts'
import type { Connection } from './connection.ts'
import type { EventKind, InstallEvent } from './events.ts'
import { type Actor, mayManageConnection } from './policy.ts'

export type DeveloperContext = {
  connectionId: string
  /** null: the operator, on the command line. */
  userId: string | null
  address: string | null
  requestId: string | null
}

/** A connection's row, with the facts that decide who manages it. */
export type ManagedConnection = {
  connection: Connection
  /** Differs after every change of the row. */
  version: string
  /** null: it is enabled. */
  disabledBy: 'developer' | 'operator' | null
  /** The person in the workspace that it belongs to. */
  actor: Actor
}

export type ManagedStores = {
  /** Locks the row until the transaction ends. Null for an unknown or deleted connection. `userId` null: the operator. */
  holdConnection(connectionId: string, userId: string | null): Promise<ManagedConnection | null>
  append(event: InstallEvent): Promise<void>
}

/** There is no such connection, or this person does not manage it; the two are not distinguished. */
export type Unknown = { kind: 'unknown' }

/** Whether this person manages it. */
export function isManagedBy(found: ManagedConnection): boolean {
  return mayManageConnection(found.actor, found.connection).kind === 'yes'
}

/** Locks the connection for a change; null for a person who does not manage it. */
export async function hold(
  stores: ManagedStores,
  context: DeveloperContext,
): Promise<ManagedConnection | null> {
  const found = await stores.holdConnection(context.connectionId, context.userId)
  return found && (context.userId === null || isManagedBy(found)) ? found : null
}

/** An event of one connection. */
export function connectionEvent(
  needs: ActionNeeds,
  context: DeveloperContext,
  connection: { id: string; workspaceId: string | null },
  kind: EventKind,
  data: Record<string, unknown> = {},
): InstallEvent {
  return {
    id: needs.newId(),
    at: needs.now(),
    kind,
    workspaceId: connection.workspaceId,
    connectionId: connection.id,
    installationId: null,
    actorId: context.userId,
    address: context.address,
    requestId: context.requestId,
    data,
  }
}
