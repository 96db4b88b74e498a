/** The entrance of every owners' change: 403 for all who are not owners, then 404 for unknown ids. */
import { type ConfirmPage, confirmView } from '../../frame/confirm.ts'
import type { Frame } from '../../frame/frame.ts'
import { param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import type { WebContext } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { ConnectionsReadings } from './readings.ts'

export type OwnersNeeds = Frame & {
  readings: ConnectionsReadings
}

/** A connection that was installed in the workspace; null: answered already. */
export async function enterConnection({ gate, readings, faults }: OwnersNeeds, ctx: WebContext) {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return null
  const connectionId = param(ctx, 'connection')
  const everything = { state: 'in-use', person: '', after: null } as const
  const reading =
    connectionId && (await readings.one({ workspaceId: visit.workspace.id, connectionId, ...everything }))
  if (reading) return { visit, reading, connectionId }
  faults.notFound(ctx)
  return null
}

/** One installation of that connection; null: answered already. */
export async function enterInstallation({ gate, readings, faults }: OwnersNeeds, ctx: WebContext) {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return null
  const id = param(ctx, 'access')
  const installation = id && (await readings.installation(visit.workspace.id, id))
  if (installation && installation.connection.id === param(ctx, 'connection')) return { visit, installation }
  faults.notFound(ctx)
  return null
}

/** Shows the question before a change. */
export function confirm(
  { gate, render }: OwnersNeeds,
  ctx: WebContext,
  visit: WorkspaceVisit,
  connection: { id: string; name: string },
  model: ConfirmPage,
): void {
  const crumbs = [
    { label: 'Connections', href: urls.connections(visit.workspace.id) },
    { label: connection.name, href: urls.connection.people(visit.workspace.id, connection.id) },
    { label: model.heading, href: null },
  ]
  const layout = gate.layout(visit, { title: model.heading, navItem: 'connections', crumbs })
  render.screen(ctx, confirmView, model, layout)
}
