import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import type { Sandbox } from '../../../installs/sandbox.ts'
import { type Notices, readNotice } from '../../frame/notice.ts'
import type { Render } from '../../frame/render.ts'
import { userOf } from '../../http/require-sign-in.ts'
import type { WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { type PlaceToCreate, whyNot } from '../create/places.ts'
import { developersLayout } from '../frame/head.ts'
import { type ListedConnection, listPage, listView } from './page.ts'

export type ListNeeds = {
  render: Render
  /** The connections that the person manages; `after`: the last one of the window before. */
  list(
    userId: string,
    after: string | null,
    size: number,
  ): Promise<{ connections: ListedConnection[]; more: boolean }>
  places(userId: string): Promise<PlaceToCreate[]>
  /** null: this developer has none. */
  readSandbox(developerId: string): Promise<Sandbox | null>
  now(): Date
}

const windowSize = 50
const notices: Notices = {
  removed: () => ({ kind: 'good', sentence: 'The sandbox is removed, with everything in it.' }),
  deleted: () => ({ kind: 'good', sentence: 'The connection is deleted. Its tokens no longer work.' }),
}

export function developersList(needs: ListNeeds): Router<WebState> {
  const router = new Router<WebState>()
  router.get(urls.developers, async ctx => {
    const user = userOf(ctx)
    const after = readUuid(ctx.query.after)
    const [{ connections, more }, places, sandbox] = await Promise.all([
      needs.list(user.id, after, windowSize),
      needs.places(user.id),
      needs.readSandbox(user.id),
    ])
    const page = listPage({
      connections,
      more,
      trail: readPassedCursors(ctx.query, after),
      sandbox,
      userId: user.id,
      cannot: whyNot(user.id, places),
      notice: readNotice(ctx, notices),
      now: needs.now(),
    })
    needs.render.screen(ctx, listView, page, developersLayout('Developers', []))
  })
  return router
}
