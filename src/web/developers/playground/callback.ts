/** The redirect URI of trials: redeems the code as the partner's server would. */
import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import { isManagedBy } from '../../../installs/managed-connection.ts'
import { withNotice } from '../../frame/notice.ts'
import { userOf } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { Parts } from './entrance.ts'
import { callbackMessage } from './messages.ts'

export function callbackRoute(needs: Parts): Router<WebState> {
  const router = new Router<WebState>()
  const { trials, faults } = needs

  // The address alone proves nothing: `state` must be that of a trial which this session began and which has not returned yet.
  // which has not come back yet.
  router.get('/developers/playground/callback', async ctx => {
    const { state, code } = ctx.query
    const connectionId = typeof state === 'string' ? readUuid(state.split('.')[0]) : null
    const session = ctx.state.session!
    const trial = connectionId && (await trials.read(session, connectionId))
    if (!trial || trial.returned || trial.state !== state) return faults.notFound(ctx)
    const managed = await needs.readConnection(trial.connectionId, userOf(ctx).id)
    if (!managed || !isManagedBy(managed)) return faults.notFound(ctx)

    trial.returned = true
    trial.messages.push(callbackMessage(needs.issuer + ctx.url))
    await trials.write(session, trial)
    // The flow is over, and the developer acts as themselves again.
    await needs.sessions.actAs(ctx, null)
    const address = urls.playground(trial.connectionId)
    try {
      if (typeof code === 'string') await needs.run.redeem(trial, managed.connection, code)
    } catch {
      await trials.write(session, trial)
      return seeOther(ctx, withNotice(address, 'silent'))
    }
    await trials.write(session, trial)
    seeOther(ctx, `${address}#trial`)
  })
  return router
}
