/** The gallery of public connections: their access levels, and where each is connected. */
import Router from '@koa/router'
import { readUuid } from '../../installs/ids.ts'
import { mayAddConnections } from '../../installs/policy.ts'
import type { Membership } from '../../installs/workspace.ts'
import type { Faults } from '../frame/error-pages.ts'
import { placeLayout } from '../frame/navigation.ts'
import type { Render } from '../frame/render.ts'
import { mustBeSignedIn, userOf } from '../http/require-sign-in.ts'
import type { WebState } from '../http/state.ts'
import { readPassedCursors } from '../kit/pagination.ts'
import { urls } from '../urls.ts'
import { galleryPage, galleryView } from './page.ts'
import type { GalleryReadings } from './readings.ts'

/** The longest name of a connection. */
const wordsLimit = 200

const canInstallIn = ({ role }: Membership) => mayAddConnections({ role, userDisabled: false }).kind === 'yes'

export function gallery({
  render,
  faults,
  readings,
  workspacesOf,
}: {
  render: Render
  faults: Faults
  readings: GalleryReadings
  workspacesOf(userId: string): Promise<Membership[]>
}): Router<WebState> {
  const router = new Router<WebState>()
  router.get(urls.gallery, mustBeSignedIn, async ctx => {
    const user = userOf(ctx)
    const memberships = await workspacesOf(user.id)
    const { workspace: named, q } = ctx.query
    // Without a workspace in the address, the first in which the person may install.
    const workspace =
      named === undefined
        ? (memberships.find(canInstallIn) ?? memberships[0] ?? null)
        : memberships.find(one => one.id === readUuid(named))
    if (workspace === undefined) return faults.notFound(ctx)
    const words =
      typeof q === 'string' ? [...q.replaceAll('\0', '').trim()].slice(0, wordsLimit).join('') : ''
    const after = readUuid(ctx.query.after)
    const list = await readings.list({ workspaceId: workspace?.id ?? null, userId: user.id, words, after })
    const model = galleryPage({ ...list, workspace, words, trail: readPassedCursors(ctx.query, after) })
    const screen = { title: 'Gallery', navItem: 'gallery', crumbs: [], waiting: null } as const
    render.screen(ctx, galleryView, model, placeLayout({ ...screen, crumbs: [], workspace, memberships }))
  })
  return router
}
