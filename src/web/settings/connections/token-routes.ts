import type Router from '@koa/router'
import type { copyInternalToken } from '../../../installs/actions/copy-internal-token.ts'
import { withNotice } from '../../frame/notice.ts'
import { actionContextOf } from '../../frame/workspace-gate.ts'
import { seeOther } from '../../http/see-other.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { enterConnection, type OwnersNeeds } from './enter.ts'
import { tokenPage, tokenView } from './token-page.ts'

export type TokenNeeds = {
  copyInternalToken: ReturnType<typeof copyInternalToken>
  shownOnce: ShownOnce
}

export function token(router: Router<WebState>, needs: OwnersNeeds & TokenNeeds): void {
  router.get('/:connection/token', async ctx => {
    const entered = await enterConnection(needs, ctx)
    if (!entered) return
    const { visit, reading } = entered
    const { connection } = reading
    if (connection.kind !== 'internal') return needs.faults.notFound(ctx)
    const { shown } = ctx.query
    const whom = { userId: visit.user.id, connectionId: connection.id }
    const kept = await needs.shownOnce.take(whom, shown)
    const title = `Token of ${connection.name}`
    const crumbs = [
      { label: 'Connections', href: urls.connections(visit.workspace.id) },
      { label: connection.name, href: urls.connection.people(visit.workspace.id, connection.id) },
      { label: 'Internal integration token', href: null },
    ]
    const model = tokenPage({
      workspaceId: visit.workspace.id,
      connection,
      token: kept?.value ?? null,
      shownBefore: shown !== undefined,
    })
    needs.render.screen(
      ctx,
      tokenView,
      model,
      needs.gate.layout(visit, { title, navItem: 'connections', crumbs }),
    )
  })

  router.post('/:connection/token', async ctx => {
    const entered = await enterConnection(needs, ctx)
    if (!entered) return
    const { visit, connectionId } = entered
    const outcome = await needs.copyInternalToken(actionContextOf(ctx, visit), connectionId)
    if (outcome.kind === 'refused') return needs.faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
    const { workspace, user } = visit
    if (outcome.kind === 'none')
      return seeOther(ctx, withNotice(urls.connection.people(workspace.id, connectionId), 'token-none'))
    const whom = { userId: user.id, connectionId }
    const id = await needs.shownOnce.keep(whom, { label: 'Internal token', value: outcome.token })
    seeOther(ctx, `${urls.connection.token(workspace.id, connectionId)}?shown=${id}`)
  })
}
