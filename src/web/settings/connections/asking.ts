/** How every owners' change begins: who asks, and about what. What does not exist is answered with 404, after the 403. */

import { type ConfirmPage, confirmView } from '../../frame/confirm.ts'
import type { Frame } from '../../frame/frame.ts'
import { param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import type { WebContext } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { ConnectionsReadings } from './readings.ts'

/** What all of these screens share. */
export type OwnersNeeds = Frame & {
  readings: ConnectionsReadings
}

export function asking({ gate, readings, faults, render }: OwnersNeeds) {
  return {
    /** A connection that was installed in the workspace; null: answered already. */
    async connection(ctx: WebContext) {
      const place = await gate.enterAsOwner(ctx)
      if (!place) return null
      const connectionId = param(ctx, 'connection')
      const reading =
        connectionId &&
        (await readings.one({
          workspaceId: place.workspace.id,
          connectionId,
          state: 'in-use',
          person: '',
          after: null,
        }))
      if (reading) return { place, reading, connectionId }
      faults.notFound(ctx)
      return null
    },

    /** One installation of that connection; null: answered already. */
    async access(ctx: WebContext) {
      const place = await gate.enterAsOwner(ctx)
      if (!place) return null
      const id = param(ctx, 'access')
      const access = id && (await readings.installation(place.workspace.id, id))
      if (access && access.connection.id === param(ctx, 'connection')) return { place, access }
      faults.notFound(ctx)
      return null
    },

    /** The page that asks once. */
    confirm(
      ctx: WebContext,
      place: WorkspaceVisit,
      connection: { id: string; name: string },
      model: ConfirmPage,
    ): void {
      const crumbs = [
        { label: 'Connections', href: urls.connections(place.workspace.id) },
        { label: connection.name, href: urls.connection.people(place.workspace.id, connection.id) },
        { label: model.heading, href: null },
      ]
      const layout = gate.layout(place, { title: model.heading, place: 'connections', crumbs })
      render.screen(ctx, confirmView, model, layout)
    },
  }
}
