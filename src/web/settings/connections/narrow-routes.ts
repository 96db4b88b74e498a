import type Router from '@koa/router'
import { isLive } from '../../../installs/installation.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { type Choice, type ChoiceNeeds, choosePages } from '../choose-pages/routes.ts'
import { asking, type OwnersNeeds } from './asking.ts'
import type { NarrowingReadings } from './readings.ts'

export type NarrowNeeds = Omit<ChoiceNeeds, keyof OwnersNeeds> & NarrowingReadings

/** Owners take pages away from what others installed, or put pages below them in their place. They add none. */
export function narrow(needs: OwnersNeeds & NarrowNeeds): Router<WebState> {
  return choosePages(needs, {
    prefix: '/settings/:workspace/connections/:connection/access/:access/pages',
    railPlace: 'connections',
    // Nothing is looked for among pages that were never granted.
    readings: { picker: needs.narrowing, search: async () => ({ pages: [], more: false, cut: false }) },
    face: ctx => face(needs, ctx),
    after: ({ place, base }, outcome) => {
      const people = base.slice(0, base.indexOf('/access/'))
      if (outcome === 'ended') return withNotice(urls.connections(place.workspace.id), 'disconnected-already')
      return withNotice(people, outcome === 'changed' ? 'pages-narrowed' : 'pages-kept')
    },
  })
}

async function face(needs: OwnersNeeds & NarrowNeeds, ctx: WebContext): Promise<Choice | null> {
  const asked = await asking(needs).access(ctx)
  if (!asked) return null
  const { place, access } = asked
  const { workspace, user } = place
  // His own, and the workspace's, he chooses among all that he reaches.
  if (access.person === null || access.person.id === user.id) {
    seeOther(ctx, urls.myConnection.pages(workspace.id, access.id))
    return null
  }
  const people = urls.connection.people(workspace.id, access.connection.id)
  if (!isLive(access)) {
    seeOther(ctx, withNotice(people, 'revoked-already'))
    return null
  }
  const { person, connection } = access
  const title = `Pages of ${connection.name} for ${person.name}`
  return {
    place,
    installationId: access.id,
    base: urls.access.pages(workspace.id, connection.id, access.id),
    unseen: await needs.unseenGrants({
      workspaceId: workspace.id,
      userId: user.id,
      installationId: access.id,
    }),
    words: {
      title,
      heading: `What ${connection.name} may reach for ${person.name}`,
      lead: `Untick what it should no longer reach. To leave a part, untick a page and tick some below it. Only ${person.name} can add others.`,
      notice: null,
      headings: {
        shared: { heading: `Pages that ${person.name} chose`, empty: 'No page that you can open yourself.' },
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
