import Router from '@koa/router'
import type { revokeSecret } from '../../../installs/actions/revoke-secret.ts'
import type { rotateSecret } from '../../../installs/actions/rotate-secret.ts'
import { confirmView } from '../../frame/confirm.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { OverviewReadings } from '../connection/readings.ts'
import type { DeveloperFrame } from '../frame/gate.ts'
import { param } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { revokePage } from './page.ts'

export function developersSecrets(
  needs: DeveloperFrame &
    OverviewReadings & {
      once: ShownOnce
      rotate: ReturnType<typeof rotateSecret>
      revoke: ReturnType<typeof revokeSecret>
    },
): Router<WebState> {
  const router = new Router<WebState>()
  const { gate, faults } = needs

  router.post('/developers/connections/:connection/secrets', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const outcome = await needs.rotate(visit.context)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const connectionId = visit.connection.id
    const shown = { label: 'Client secret', value: outcome.secret } as const
    const key = await needs.once.keep({ userId: visit.user.id, connectionId }, shown)
    const address = withNotice(urls.developersConnection(connectionId), 'secret')
    seeOther(ctx, `${address}&shown=${key}`)
  })

  router.get('/developers/connections/:connection/secrets/:secret/revoke', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const { connection } = visit
    const secrets = (await needs.facts(connection.id))?.secrets ?? []
    const secret = secrets.find(one => one.id === param(ctx, 'secret'))
    if (!secret) return faults.notFound(ctx)
    const page = revokePage(connection, secret, secrets.length - 1)
    needs.render.screen(ctx, confirmView, page, connectionLayout(visit, 'Revoke a secret', 'Revoke a secret'))
  })

  router.post('/developers/connections/:connection/secrets/:secret/revoke', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const secretId = param(ctx, 'secret')
    if (!secretId) return faults.notFound(ctx)
    const outcome = await needs.revoke(visit.context, secretId)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const said = outcome.kind === 'revoked' ? 'revoked' : 'revoked-already'
    seeOther(ctx, withNotice(urls.developersConnection(visit.connection.id), said))
  })
  return router
}
