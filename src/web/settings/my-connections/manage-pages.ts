import type Router from '@koa/router'
import { isLive } from '../../../installs/installation.ts'
import { mayAddPages, mayInstall, type Placement } from '../../../installs/policy.ts'
import type { Notice } from '../../frame/notice.ts'
import { withNotice } from '../../frame/notice.ts'
import { refusals } from '../../frame/refusals.ts'
import { actorIn, governs, param } from '../../frame/workspace-gate.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { workspaceHeadings } from '../../picker/picker.ts'
import type { PickerReadings } from '../../picker/readings.ts'
import { urls } from '../../urls.ts'
import { type Choice, type ChoiceNeeds, choosePages } from '../choose-pages/routes.ts'
import type { MyConnectionsReadings } from './readings.ts'

export type ManagePagesNeeds = ChoiceNeeds & {
  readings: MyConnectionsReadings
  picker: PickerReadings
  /** Pages are added only where the member could install the connection today. */
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
}

/**
 * The pages of a member's own installation, or of an internal connection's, which all members share. Partners link to this
 * address when they do not reach a page.
 */
export function managePages(needs: ManagePagesNeeds): Router<WebState> {
  return choosePages(needs, {
    prefix: '/settings/:workspace/my-connections/:installation/pages',
    navItem: 'my-connections',
    readings: needs.picker,
    enter: ctx => enter(needs, ctx),
    after: ({ visit }, outcome) => {
      const list = urls.myConnections(visit.workspace.id)
      if (outcome === 'ended') return withNotice(list, 'already')
      return withNotice(list, outcome === 'changed' ? 'pages-changed' : 'pages-kept')
    },
  })
}

async function enter(needs: ManagePagesNeeds, ctx: WebContext): Promise<Choice | null> {
  const visit = await needs.gate.enter(ctx)
  if (!visit) return null
  const { user, workspace } = visit
  const id = param(ctx, 'installation')
  const installation = id ? await needs.readings.one(workspace.id, id) : null
  const isOthers = installation && installation.person !== null && installation.person.id !== user.id
  if (installation && isOthers && governs(user, workspace)) {
    seeOther(ctx, urls.access.pages(workspace.id, installation.connection.id, installation.id))
    return null
  }
  const isClosed =
    installation?.person === null && mayAddPages(actorIn(visit), { userId: null }).kind === 'no'
  if (!installation || isOthers || isClosed) {
    needs.faults.notFound(ctx)
    return null
  }
  const list = urls.myConnections(workspace.id)
  if (!isLive(installation)) {
    seeOther(ctx, withNotice(list, 'already'))
    return null
  }
  const { connection } = installation
  const internal = installation.person === null
  return {
    visit,
    installationId: installation.id,
    base: urls.myConnection.pages(workspace.id, installation.id),
    unseen: [],
    words: {
      title: `Pages of ${connection.name}`,
      heading: `Which pages may ${connection.name} reach?`,
      lead: 'Ticking a page includes everything below it, and pages added there later. It loses access to unticked pages as soon as you save.',
      notice: internal
        ? sharedNotice(connection.name, workspace.name)
        : await widening(needs, visit, connection.id),
      headings: workspaceHeadings(workspace.name),
      searchable: true,
      crumbs: [
        { label: 'My connections', href: list },
        { label: `Pages of ${connection.name}`, href: null },
      ],
      cancel: list,
    },
  }
}

function sharedNotice(connection: string, workspace: string): Notice {
  const sentence = `${connection} belongs to ${workspace} as a whole. You can add pages that you can open. Pages that others added can be removed by them and by owners.`
  return { kind: 'info', sentence }
}

/** The reason why pages can only be removed; null: they can be added, too. */
async function widening(
  needs: ManagePagesNeeds,
  { user, workspace }: Choice['visit'],
  connectionId: string,
): Promise<Notice | null> {
  const placement = await needs.placement(user.id, workspace.id, connectionId)
  const may = placement ? mayInstall(placement) : null
  if (may?.kind !== 'no') return null
  const { sentence } = refusals[may.because]
  return { kind: 'warning', sentence: `${sentence} You can remove pages, but not add any.` }
}
