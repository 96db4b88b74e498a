/**
 * In front of every screen of one connection: only those who look after it come through. Everyone else, the people of other
 * workspaces, other developers of the same one, is answered as if there were no such connection.
 *
 *   const visit = await gate.enter(ctx)
 *   if (!visit) return                                       // answered already
 *   render.screen(ctx, view, { ...model, head: headOf(visit, 'log') }, connectionLayout(visit, 'Log'))
 *
 * For routers behind `mustBeSignedIn`; the address has the connection as `:connection`.
 */
import { readUuid } from '../../../installs/ids.ts'
import {
  type DeveloperContext,
  isManagedBy,
  type ManagedConnection,
} from '../../../installs/managed-connection.ts'
import type { Faults } from '../../frame/error-pages.ts'
import type { Render } from '../../frame/render.ts'
import { userOf } from '../../http/require-sign-in.ts'
import type { SignedIn, WebContext } from '../../http/state.ts'

export type GateNeeds = {
  faults: Faults
  /** Null for an unknown connection, or one that the user does not manage. */
  readConnection(connectionId: string, userId: string): Promise<ManagedConnection | null>
}

/** A developer at a connection that they manage. */
export type ConnectionVisit = ManagedConnection & { user: SignedIn; context: DeveloperContext }

export type DeveloperGate = ReturnType<typeof developerGate>

/** The parts that the hub's screens are built with. */
export type DeveloperFrame = { render: Render; faults: Faults; gate: DeveloperGate; now(): Date }

export function developerGate(needs: GateNeeds) {
  return {
    /** null: answered already, with 404. */
    async enter(ctx: WebContext): Promise<ConnectionVisit | null> {
      const user = userOf(ctx)
      const id = param(ctx, 'connection')
      const found = id && (await needs.readConnection(id, user.id))
      if (!found || !isManagedBy(found)) {
        needs.faults.notFound(ctx)
        return null
      }
      return { ...found, user, context: actionContextOf(ctx, found.connection.id) }
    },
  }
}

/** The part of an event that says who made the change. */
export function actionContextOf(ctx: WebContext, connectionId: string): DeveloperContext {
  return { connectionId, userId: userOf(ctx).id, address: ctx.ip, requestId: ctx.state.requestId }
}

/** An id in the address, with or without dashes; null for anything else. */
export function param(ctx: WebContext, name: string): string | null {
  return readUuid((ctx as unknown as { params: Record<string, string | undefined> }).params[name])
}
