/** The rows that owners may tick: connections of the workspace, and the people of one. */
import type { SelectableList } from '../../frame/selection.ts'
import type { WorkspaceVisit } from '../../frame/workspace-gate.ts'
import type { WebContext } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { enterConnection, type OwnersNeeds } from './enter.ts'
import { peopleWords } from './page.ts'

type Entered = { visit: WorkspaceVisit; of: SelectableList }

export async function enterList({ gate, readings }: OwnersNeeds, ctx: WebContext): Promise<Entered | null> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return null
  const workspaceId = visit.workspace.id
  const list = urls.connections(workspaceId)
  const of: SelectableList = {
    list,
    title: 'Connections',
    navItem: 'connections',
    crumbs: [],
    async read(connectionId) {
      const question = { workspaceId, connectionId, state: 'in-use', person: '', after: null } as const
      const reading = await readings.one(question)
      if (!reading) return null
      const { active, suspended, left } = reading.counts
      return { id: connectionId, name: reading.connection.name, note: peopleWords(active + suspended + left) }
    },
  }
  return { visit, of }
}

export async function enterPeople(needs: OwnersNeeds, ctx: WebContext): Promise<Entered | null> {
  const entered = await enterConnection(needs, ctx)
  if (!entered) return null
  const { visit, connectionId, reading } = entered
  const workspaceId = visit.workspace.id
  const list = urls.connection.people(workspaceId, connectionId)
  const of: SelectableList = {
    list,
    title: reading.connection.name,
    navItem: 'connections',
    crumbs: [{ label: 'Connections', href: urls.connections(workspaceId) }],
    async read(id) {
      const installation = await needs.readings.installation(workspaceId, id)
      if (installation?.connection.id !== connectionId || !installation.person) return null
      return { id, name: installation.person.name, note: null }
    },
  }
  return { visit, of }
}

/** The person whose installation it is; null: it is gone, or the workspace's own. */
export async function installerOf({ readings }: OwnersNeeds, workspaceId: string, installationId: string) {
  const installation = await readings.installation(workspaceId, installationId)
  if (!installation?.person) return null
  return { connectionId: installation.connection.id, userId: installation.person.id }
}
