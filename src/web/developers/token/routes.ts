/** The internal token of a connection: copied again, renewed, revoked. */

import Router from '@koa/router'
import type { copyInternalToken } from '../../../installs/actions/copy-internal-token.ts'
import type {
  renewInternalToken,
  revokeInternalToken,
} from '../../../installs/actions/renew-internal-token.ts'
import { confirmView } from '../../frame/confirm.ts'
import { type Notices, readNotice, withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit, DeveloperFrame } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { overlaps, revokePage, tokenPage, tokenView } from './page.ts'
import type { TokenReadings } from './readings.ts'

export type TokenNeeds = DeveloperFrame &
  TokenReadings & {
    once: ShownOnce
    copyToken: ReturnType<typeof copyInternalToken>
    renewToken: ReturnType<typeof renewInternalToken>
    revokeToken: ReturnType<typeof revokeInternalToken>
  }

const notices: Notices = {
  copied: () => ({
    kind: 'info',
    sentence: 'The token is shown below, once. That it was copied is recorded.',
  }),
  renewed: () => ({ kind: 'good', sentence: 'There is a new token. It is shown below, once.' }),
  revoked: () => ({ kind: 'good', sentence: 'The token is revoked, and requests with it are refused.' }),
  none: () => ({ kind: 'info', sentence: 'There is no live token. No changes were made.' }),
}

export function developersToken(needs: TokenNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/developers/connections/:connection/token' })
  const { gate, faults, render } = needs

  /** Null: answered already. Only internal connections have such a token. */
  async function enter(ctx: WebContext): Promise<ConnectionVisit | null> {
    const visit = await gate.enter(ctx)
    if (!visit || visit.connection.kind === 'internal') return visit
    faults.notFound(ctx)
    return null
  }
  const here = (visit: ConnectionVisit) => urls.developersPart(visit.connection.id, 'token')

  /** Redirects to the screen that shows the token, once, to this person. */
  async function lead(ctx: WebContext, visit: ConnectionVisit, said: string, value: string): Promise<void> {
    const who = { userId: visit.user.id, connectionId: visit.connection.id }
    const key = await needs.once.keep(who, { label: 'Internal token', value })
    seeOther(ctx, `${withNotice(here(visit), said)}&shown=${key}`)
  }

  router.get('/', async ctx => {
    const visit = await enter(ctx)
    if (!visit) return
    const { id } = visit.connection
    const now = needs.now()
    const asked = ctx.method === 'GET' ? ctx.query.shown : undefined
    const [reading, shown] = await Promise.all([
      needs.internalTokens(id, now),
      needs.once.take({ userId: visit.user.id, connectionId: id }, asked),
    ])
    const facts = { visit, reading, notice: readNotice(ctx, notices), shown: shown?.value ?? null, now }
    render.screen(ctx, tokenView, tokenPage(facts), connectionLayout(visit, 'Token'))
  })

  router.post('/copy', async ctx => {
    const visit = await enter(ctx)
    if (!visit) return
    const { workspaceId, id } = visit.connection
    const context = {
      workspaceId: workspaceId!,
      actorId: visit.user.id,
      address: ctx.ip || null,
      requestId: ctx.state.requestId,
    }
    const outcome = await needs.copyToken(context, id)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    if (outcome.kind === 'none') return seeOther(ctx, withNotice(here(visit), 'none'))
    await lead(ctx, visit, 'copied', outcome.token)
  })

  router.post('/renew', async ctx => {
    const visit = await enter(ctx)
    if (!visit) return
    const chosen = overlaps.find(one => `${one.seconds}` === (ctx.state.form.get('overlap') ?? '0'))
    if (!chosen) return faults.badForm(ctx, 'malformed')
    const outcome = await needs.renewToken(visit.context, chosen.seconds)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    await lead(ctx, visit, 'renewed', outcome.token)
  })

  router.get('/revoke', async ctx => {
    const visit = await enter(ctx)
    if (visit)
      render.screen(
        ctx,
        confirmView,
        revokePage(visit),
        connectionLayout(visit, 'Revoke', 'Revoke the token'),
      )
  })

  router.post('/revoke', async ctx => {
    const visit = await enter(ctx)
    if (!visit) return
    const outcome = await needs.revokeToken(visit.context)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, withNotice(here(visit), outcome.kind === 'revoked' ? 'revoked' : 'none'))
  })

  return router
}
