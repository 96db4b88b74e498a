/** The standing token of an internal connection: copied again, renewed, revoked. */
import Router from '@koa/router'
import type { copyInternalToken } from '../../../installs/actions/copy-internal-token.ts'
import type {
  renewInternalToken,
  revokeInternalToken,
} from '../../../installs/actions/renew-internal-token.ts'
import { confirmView } from '../../frame/confirm.ts'
import type { Faults } from '../../frame/error-pages.ts'
import { type Notices, readNotice, withNotice } from '../../frame/notice.ts'
import type { Render } from '../../frame/render.ts'
import { seeOther } from '../../http/see-other.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { AtConnection, DeveloperGate } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { overlaps, revokePage, tokenPage, tokenView } from './page.ts'
import type { TokenReadings } from './readings.ts'

export type TokenNeeds = TokenReadings & {
  render: Render
  faults: Faults
  gate: DeveloperGate
  once: ShownOnce
  copyToken: ReturnType<typeof copyInternalToken>
  renewToken: ReturnType<typeof renewInternalToken>
  revokeToken: ReturnType<typeof revokeInternalToken>
  now(): Date
}

const notices: Notices = {
  copied: () => ({
    kind: 'info',
    sentence: 'The token is shown below, once. That it was copied is recorded.',
  }),
  renewed: () => ({ kind: 'good', sentence: 'There is a new token. It is shown below, once.' }),
  revoked: () => ({ kind: 'good', sentence: 'The token is revoked. What worked with it has stopped.' }),
  none: () => ({ kind: 'info', sentence: 'There is no token in force. Nothing was changed.' }),
}

export function developersToken(needs: TokenNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/developers/connections/:connection/token' })
  const { gate, faults, render } = needs

  /** null: answered already; there is a token for internal connections only. */
  async function enter(ctx: WebContext): Promise<AtConnection | null> {
    const place = await gate.enter(ctx)
    if (!place || place.connection.kind === 'internal') return place
    faults.notFound(ctx)
    return null
  }
  const here = (place: AtConnection) => urls.developersPart(place.connection.id, 'token')

  /** Leads to the screen that shows the token, once, to this person. */
  async function lead(ctx: WebContext, place: AtConnection, said: string, value: string): Promise<void> {
    const who = { userId: place.user.id, connectionId: place.connection.id }
    const key = await needs.once.keep(who, { label: 'Internal token', value })
    seeOther(ctx, `${withNotice(here(place), said)}&shown=${key}`)
  }

  router.get('/', async ctx => {
    const place = await enter(ctx)
    if (!place) return
    const { id } = place.connection
    const now = needs.now()
    const asked = ctx.method === 'GET' ? ctx.query.shown : undefined
    const [reading, shown] = await Promise.all([
      needs.internalTokens(id, now),
      needs.once.take({ userId: place.user.id, connectionId: id }, asked),
    ])
    const facts = { place, reading, notice: readNotice(ctx, notices), shown: shown?.value ?? null, now }
    render.screen(ctx, tokenView, tokenPage(facts), connectionLayout(place, 'Token'))
  })

  router.post('/copy', async ctx => {
    const place = await enter(ctx)
    if (!place) return
    const { workspaceId, id } = place.connection
    const context = {
      workspaceId: workspaceId!,
      actorId: place.user.id,
      address: ctx.ip || null,
      requestId: ctx.state.requestId,
    }
    const outcome = await needs.copyToken(context, id)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    if (outcome.kind === 'none') return seeOther(ctx, withNotice(here(place), 'none'))
    await lead(ctx, place, 'copied', outcome.token)
  })

  router.post('/renew', async ctx => {
    const place = await enter(ctx)
    if (!place) return
    const chosen = overlaps.find(one => `${one.seconds}` === (ctx.state.form.get('overlap') ?? '0'))
    if (!chosen) return faults.badForm(ctx, 'malformed')
    const outcome = await needs.renewToken(place.context, chosen.seconds)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    await lead(ctx, place, 'renewed', outcome.token)
  })

  router.get('/revoke', async ctx => {
    const place = await enter(ctx)
    if (place)
      render.screen(
        ctx,
        confirmView,
        revokePage(place),
        connectionLayout(place, 'Revoke', 'Revoke the token'),
      )
  })

  router.post('/revoke', async ctx => {
    const place = await enter(ctx)
    if (!place) return
    const outcome = await needs.revokeToken(place.context)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, withNotice(here(place), outcome.kind === 'revoked' ? 'revoked' : 'none'))
  })

  return router
}
