import Router from '@koa/router'
import type { deleteConnection } from '../../../installs/actions/delete-connection.ts'
import type { disableConnection, enableConnection } from '../../../installs/actions/disable-connection.ts'
import { type ConfirmPage, confirmView } from '../../frame/confirm.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { InForce, OverviewReadings } from '../connection/readings.ts'
import type { ConnectionVisit, DeveloperFrame } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { dangerPage, dangerView, deletePage, disablePage } from './page.ts'

export function developersDanger(
  needs: DeveloperFrame &
    OverviewReadings & {
      disable: ReturnType<typeof disableConnection>
      enable: ReturnType<typeof enableConnection>
      remove: ReturnType<typeof deleteConnection>
    },
): Router<WebState> {
  const router = new Router<WebState>()
  const { gate, faults, render } = needs
  const base = '/developers/connections/:connection'

  /** The connection, and the installations that would stop with it. Null: answered already. */
  async function enter(ctx: WebContext): Promise<{ visit: ConnectionVisit; inForce: InForce } | null> {
    const visit = await gate.enter(ctx)
    const about = visit && (await needs.facts(visit.connection.id))
    if (visit && !about) faults.notFound(ctx)
    return visit && about ? { visit, inForce: about.inForce } : null
  }

  router.get(`${base}/danger`, async ctx => {
    const found = await enter(ctx)
    if (!found) return
    const { visit, inForce } = found
    const frame = connectionLayout(visit, 'Switch off or delete')
    render.screen(ctx, dangerView, dangerPage(visit, inForce), frame)
  })

  const asking: [string, string, (visit: ConnectionVisit, inForce: InForce) => ConfirmPage][] = [
    ['disable', 'Switch off', disablePage],
    ['delete', 'Delete', deletePage],
  ]
  for (const [part, title, page] of asking)
    router.get(`${base}/${part}`, async ctx => {
      const found = await enter(ctx)
      if (!found) return
      const frame = connectionLayout(found.visit, title, title)
      render.screen(ctx, confirmView, page(found.visit, found.inForce), frame)
    })

  for (const part of ['disable', 'enable'] as const)
    router.post(`${base}/${part}`, async ctx => {
      const visit = await gate.enter(ctx)
      if (!visit) return
      const outcome = await needs[part](visit.context)
      if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
      if (outcome.kind === 'unknown') return faults.notFound(ctx)
      seeOther(ctx, withNotice(urls.developersConnection(visit.connection.id), `${part}d`))
    })

  router.post(`${base}/delete`, async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const outcome = await needs.remove(visit.context)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, withNotice(urls.developers, 'deleted'))
  })
  return router
}
