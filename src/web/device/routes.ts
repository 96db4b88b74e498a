/** People enter the code that a device without a browser shows them (RFC 8628 §3.3), and then go through the flow. */
import Router from '@koa/router'
import { clientNetwork } from '../../installs/client-network.ts'
import type { TakingLimits } from '../../installs/rate-limits.ts'
import type { FlowLayout } from '../frame/layout.ts'
import type { Render } from '../frame/render.ts'
import { mustBeSignedIn, userOf } from '../http/require-sign-in.ts'
import { flowPolicy } from '../http/security-headers.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { urls } from '../urls.ts'
import { codePage, codeView, type OutcomePage, outcomes, outcomeView } from './page.ts'
import type { DeviceFlows } from './ports.ts'

const layout: FlowLayout = { frame: 'flow', title: 'Connect a device', switcher: null }

/** In a quarter of an hour, the lifetime of a code: 20 letters to the power of 8 cannot be guessed with these tries. */
const wrongCodes = { points: 20, seconds: 900 }

export function device(needs: {
  render: Render
  limits: TakingLimits
  flows: DeviceFlows
  /** The eight letters of what was typed; null: it cannot be a code. */
  readUserCode(text: string): string | null
}): Router<WebState> {
  const { render, flows } = needs
  const perPerson = needs.limits({ name: 'device-code-person', ...wrongCodes })
  const perNetwork = needs.limits({ name: 'device-code-network', ...wrongCodes })
  const router = new Router<WebState>()

  const show = (ctx: WebContext, value: string, problem: string | null = null) => {
    render.screen(ctx, codeView, codePage(value, problem), layout)
    // The form ends in the flow, which may lead to the sign-in of the host.
    ctx.set('Content-Security-Policy', flowPolicy)
  }

  router.get(urls.device, mustBeSignedIn, ctx => {
    const { user_code: code } = ctx.query
    show(ctx, typeof code === 'string' ? code.slice(0, 20) : '')
  })

  router.post(urls.device, mustBeSignedIn, async ctx => {
    const typed = (ctx.state.form.get('code') ?? '').slice(0, 100)
    const code = needs.readUserCode(typed)
    // Each try is counted before it is looked up, so that tries at the same moment are counted too.
    const allowances = await Promise.all([
      perPerson.take(userOf(ctx).id),
      perNetwork.take(clientNetwork(ctx.ip)),
    ])
    const wait = Math.max(...allowances.map(one => (one.allowed ? 0 : one.retryAfterSeconds)))
    if (wait > 0) {
      ctx.status = 429
      ctx.set('Retry-After', String(wait))
      return show(ctx, typed, `Too many tries. Wait ${Math.ceil(wait / 60)} minutes, then try again.`)
    }
    const address = code && (await flows.begin(code))
    if (address) return seeOther(ctx, address)
    ctx.status = 400
    show(ctx, typed, 'This is no code that a device is waiting with. Compare it with the one on your device.')
  })

  router.get(urls.deviceBack, async ctx => {
    const { state, code, error } = ctx.query
    const answered = typeof code === 'string' || typeof error === 'string'
    const given = typeof code === 'string' ? code : null
    const isKept = typeof state === 'string' && answered && (await flows.settle(state, given))
    const page: OutcomePage = outcomes[!isKept ? 'over' : given === null ? 'denied' : 'allowed']
    if (!isKept) ctx.status = 400
    render.screen(ctx, outcomeView, page, layout)
  })
  return router
}
