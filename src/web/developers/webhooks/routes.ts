/** The endpoints of a connection that are told what happens, their secrets, and what was delivered. */
import Router from '@koa/router'
import { partnerTypes, readWebhookUrl, type WebhookType } from '../../../installs/webhook.ts'
import { confirmView } from '../../frame/confirm.ts'
import { type Notices, readNotice, withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { type ConnectionVisit, type DeveloperFrame, param } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import type { HourlyRateLimit } from '../frame/hourly-rate-limit.ts'
import { type Entered, nothingEntered, removePage, webhooksPage, webhooksView } from './page.ts'
import type { WebhookReadings } from './readings.ts'

export type WebhooksNeeds = DeveloperFrame & {
  once: ShownOnce
  rateLimit: HourlyRateLimit
  /** The operator lets us reach this host by http. */
  isPlainAllowed(url: URL): boolean
  webhooks: WebhookReadings & {
    add(
      connectionId: string,
      url: URL,
      types: WebhookType[],
    ): Promise<{ kind: 'added'; secret: string } | { kind: 'unknown' } | { kind: 'too-many' }>
    /** null or false: there is no such endpoint of this connection. */
    rotate(id: string, connectionId: string): Promise<string | null>
    switchOn(id: string, connectionId: string): Promise<boolean>
    sendTest(id: string, connectionId: string): Promise<boolean>
    sendAgain(deliveryId: string, connectionId: string): Promise<boolean>
    remove(id: string, connectionId: string): Promise<unknown>
  }
}

const notices: Notices = {
  added: () => ({
    kind: 'good',
    sentence: 'The endpoint is added. Its signing secret is shown below, once.',
  }),
  rotated: () => ({
    kind: 'good',
    sentence:
      'There is a new signing secret. It is shown below, once. The old one signs beside it for one more day.',
  }),
  'switched-on': () => ({ kind: 'good', sentence: 'The endpoint is on again, and gets what waits.' }),
  tested: () => ({ kind: 'info', sentence: 'A test is on its way. Its delivery is listed below.' }),
  again: () => ({ kind: 'info', sentence: 'The message is on its way again.' }),
  removed: () => ({ kind: 'good', sentence: 'The endpoint is removed.' }),
}

export function developersWebhooks(needs: WebhooksNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/developers/connections/:connection/webhooks' })
  const { gate, faults, render, webhooks, once } = needs
  const here = (visit: ConnectionVisit) => urls.developersPart(visit.connection.id, 'webhooks')

  async function show(ctx: WebContext, visit: ConnectionVisit, entered: Entered): Promise<void> {
    const { id } = visit.connection
    const asked = ctx.method === 'GET' ? ctx.query.shown : undefined
    const [endpoints, deliveries, shown] = await Promise.all([
      webhooks.ofConnection(id),
      webhooks.latest(id),
      once.take({ userId: visit.user.id, connectionId: id }, asked),
    ])
    const facts = { visit, endpoints, deliveries, entered, now: needs.now() }
    const page = webhooksPage({ ...facts, notice: readNotice(ctx, notices), shown: shown?.value ?? null })
    render.screen(ctx, webhooksView, page, connectionLayout(visit, 'Webhooks'))
  }

  /** Redirects to the screen that shows the secret, once, to this person. */
  async function lead(ctx: WebContext, visit: ConnectionVisit, said: string, value: string): Promise<void> {
    const who = { userId: visit.user.id, connectionId: visit.connection.id }
    const key = await once.keep(who, { label: 'Signing secret', value })
    seeOther(ctx, `${withNotice(here(visit), said)}&shown=${key}`)
  }

  router.get('/', async ctx => {
    const visit = await gate.enter(ctx)
    if (visit) await show(ctx, visit, nothingEntered)
  })

  router.post('/', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit || (await needs.rateLimit(ctx, visit.user.id))) return
    const entered = { url: ctx.state.form.get('url') ?? '', types: ctx.state.form.getAll('types') }
    const again = (problem: string) => {
      ctx.status = 400
      return show(ctx, visit, { ...entered, problem })
    }
    const types = partnerTypes.filter(type => entered.types.includes(type))
    if (types.length < new Set(entered.types).size) return faults.badForm(ctx, 'malformed')
    const url = readWebhookUrl(entered.url, needs.isPlainAllowed)
    if ('reason' in url)
      return again(`${url.reason}: enter the address of your server, such as https://example.com/webhooks.`)
    const all = types.length === partnerTypes.length
    const added = await webhooks.add(visit.connection.id, url, all ? [] : types)
    if (added.kind === 'unknown') return faults.notFound(ctx)
    if (added.kind === 'too-many') return again('There are ten endpoints already. Remove one of them first.')
    await lead(ctx, visit, 'added', added.secret)
  })

  router.post('/:endpoint/rotate', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit || (await needs.rateLimit(ctx, visit.user.id))) return
    const id = param(ctx, 'endpoint')
    const secret = id && (await webhooks.rotate(id, visit.connection.id))
    if (!secret) return faults.notFound(ctx)
    await lead(ctx, visit, 'rotated', secret)
  })

  /** A press that leads back to the screen with a notice. */
  const press = (
    path: string,
    name: 'endpoint' | 'delivery',
    said: string,
    act: (id: string, connectionId: string) => Promise<unknown>,
  ) =>
    router.post(path, async ctx => {
      const visit = await gate.enter(ctx)
      if (!visit || (await needs.rateLimit(ctx, visit.user.id))) return
      const id = param(ctx, name)
      if (!id || !(await act(id, visit.connection.id))) return faults.notFound(ctx)
      seeOther(ctx, withNotice(here(visit), said))
    })
  press('/:endpoint/switch-on', 'endpoint', 'switched-on', webhooks.switchOn)
  press('/:endpoint/test', 'endpoint', 'tested', webhooks.sendTest)
  press('/deliveries/:delivery/again', 'delivery', 'again', webhooks.sendAgain)
  press('/:endpoint/remove', 'endpoint', 'removed', webhooks.remove)

  router.get('/:endpoint/remove', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const endpoints = await webhooks.ofConnection(visit.connection.id)
    const endpoint = endpoints.find(one => one.id === param(ctx, 'endpoint'))
    if (!endpoint) return faults.notFound(ctx)
    const frame = connectionLayout(visit, 'Remove an endpoint', 'Remove an endpoint')
    render.screen(ctx, confirmView, removePage(visit, endpoint), frame)
  })
  return router
}
