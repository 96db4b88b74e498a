import Router from '@koa/router'
import { type Notices, readNotice } from '../../frame/notice.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebState } from '../../http/state.ts'
import type { DeveloperFrame } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { overviewPage, overviewView } from './page.ts'
import type { OverviewReadings } from './readings.ts'

const good = (sentence: string) => ({ kind: 'good', sentence }) as const
const notices: Notices = {
  created: () => good('The connection is created.'),
  saved: () => good('Saved. It holds from the next request on.'),
  unchanged: () => ({ kind: 'info', sentence: 'There were no changes to save.' }),
  secret: () => good('Another secret is made. The other one goes on working until you revoke it.'),
  revoked: () => good('The secret is revoked, and refused from now on.'),
  'revoked-already': () => ({ kind: 'info', sentence: 'That secret was revoked before.' }),
  disabled: () => good('The connection is switched off. You can switch it on again at any time.'),
  enabled: () => good('The connection is switched on. Everything goes on where it stopped.'),
  logo: () => good('The logo is changed, everywhere that the connection is shown.'),
}

export function developersConnection(
  needs: DeveloperFrame &
    OverviewReadings & {
      once: ShownOnce
      issuer: string
    },
): Router<WebState> {
  const router = new Router<WebState>()
  router.get('/developers/connections/:connection', async ctx => {
    const visit = await needs.gate.enter(ctx)
    if (!visit) return
    const { id } = visit.connection
    const about = await needs.facts(id)
    if (!about) return needs.faults.notFound(ctx)
    // This route answers HEAD too, which must not use up the one showing.
    const asked = ctx.method === 'GET' ? ctx.query.shown : undefined
    const shown = await needs.once.take({ userId: visit.user.id, connectionId: id }, asked)
    const page = overviewPage({
      managed: visit,
      about,
      notice: readNotice(ctx, notices),
      shown,
      issuer: needs.issuer,
      now: needs.now(),
    })
    needs.render.screen(ctx, overviewView, page, connectionLayout(visit, 'Overview'))
  })
  return router
}
