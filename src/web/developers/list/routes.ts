import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import type { Sandbox } from '../../../installs/sandbox.ts'
import { type Notices, readNotice } from '../../frame/notice.ts'
import type { Render } from '../../frame/render.ts'
import { userOf } from '../../http/require-sign-in.ts'
import type { WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import type { CreateReadings } from '../create/readings.ts'
import { whyNot } from '../create/target-workspaces.ts'
import { developersLayout } from '../frame/head.ts'
import { listPage, listView } from './page.ts'
import type { ListReadings } from './readings.ts'

const windowSize = 50
const notices: Notices = {
  removed: () => ({ kind: 'good', sentence: 'The sandbox is removed, with everything in it.' }),
  deleted: () => ({ kind: 'good', sentence: 'The connection is deleted. Its tokens no longer work.' }),
}

export function developersList(
  needs: ListReadings &
    CreateReadings & {
      render: Render
      /** Null for a developer without a sandbox. */
      readSandbox(developerId: string): Promise<Sandbox | null>
      now(): Date
    },
): Router<WebState> {
  const router = new Router<WebState>()
  router.get(urls.developers, async ctx => {
    const user = userOf(ctx)
    const after = readUuid(ctx.query.after)
    const [{ connections, more }, workspaces, sandbox] = await Promise.all([
      needs.list(user.id, after, windowSize),
      needs.targetWorkspaces(user.id),
      needs.readSandbox(user.id),
    ])
    const page = listPage({
      connections,
      more,
      trail: readPassedCursors(ctx.query, after),
      sandbox,
      userId: user.id,
      cannot: whyNot(user.id, workspaces),
      notice: readNotice(ctx, notices),
      now: needs.now(),
    })
    needs.render.screen(ctx, listView, page, developersLayout('Developers', []))
  })
  return router
}
