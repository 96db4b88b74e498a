import type Router from '@koa/router'
import { isLive } from '../../../installs/installation.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { type Choice, type ChoiceNeeds, choosePages } from '../choose-pages/routes.ts'
import { enterInstallation, type OwnersNeeds } from './enter.ts'
import type { NarrowingReadings } from './readings.ts'

/** Owners remove pages from installations of others, or narrow them to pages below; they cannot add any. */
export function narrow(needs: OwnersNeeds & ChoiceNeeds & NarrowingReadings): Router<WebState> {
  return choosePages(needs, {
    prefix: '/settings/:workspace/connections/:connection/access/:access/pages',
    navItem: 'connections',
    // There is no search: only granted pages are listed.
    readings: { picker: needs.narrowing, search: async () => ({ pages: [], more: false, cut: false }) },
    enter: ctx => enter(needs, ctx),
    after: ({ visit, base }, outcome) => {
      const people = base.slice(0, base.indexOf('/access/'))
      if (outcome === 'ended') return withNotice(urls.connections(visit.workspace.id), 'disconnected-already')
      return withNotice(people, outcome === 'changed' ? 'pages-narrowed' : 'pages-kept')
    },
  })
}

async function enter(
  needs: OwnersNeeds & ChoiceNeeds & NarrowingReadings,
  ctx: WebContext,
): Promise<Choice | null> {
  const entered = await enterInstallation(needs, ctx)
  if (!entered) return null
  const { visit, installation } = entered
  const { workspace, user } = visit
  // Owners choose freely for their own installations and for internal connections.
  if (installation.person === null || installation.person.id === user.id) {
    seeOther(ctx, urls.myConnection.pages(workspace.id, installation.id))
    return null
  }
  const people = urls.connection.people(workspace.id, installation.connection.id)
  if (!isLive(installation)) {
    seeOther(ctx, withNotice(people, 'revoked-already'))
    return null
  }
  const { person, connection } = installation
  const title = `Pages of ${connection.name} for ${person.name}`
  return {
    visit,
    installationId: installation.id,
    base: urls.access.pages(workspace.id, connection.id, installation.id),
    unseen: await needs.unseenGrants({
      workspaceId: workspace.id,
      userId: user.id,
      installationId: installation.id,
    }),
    words: {
      title,
      heading: `Pages that ${connection.name} reaches for ${person.name}`,
      lead: `Untick pages that it should no longer reach. To keep a part, untick a page and tick some below it. Only ${person.name} can add other pages.`,
      notice: null,
      headings: {
        shared: { heading: `Pages that ${person.name} chose`, empty: 'No pages that you can open.' },
        private: { heading: '', empty: '' },
      },
      searchable: false,
      crumbs: [
        { label: 'Connections', href: urls.connections(workspace.id) },
        { label: connection.name, href: people },
        { label: `Pages for ${person.name}`, href: null },
      ],
      cancel: people,
    },
  }
}
