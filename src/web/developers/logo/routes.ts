import Router from '@koa/router'
import type { setLogo } from '../../../installs/actions/set-logo.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { DeveloperFrame } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import type { HourlyRateLimit } from '../frame/hourly-rate-limit.ts'
import { settingsPage, settingsView } from '../settings/page.ts'

const maxBytes = 512 * 1024

export function developersLogo(
  needs: DeveloperFrame & {
    /** Redraws a file as PNG; `fault` is the end of a sentence that begins with the file. */
    redraw(file: Buffer): Promise<{ kind: 'redrawn'; png: Buffer } | { kind: 'refused'; fault: string }>
    set: ReturnType<typeof setLogo>
    rateLimit: HourlyRateLimit
  },
): Router<WebState> {
  const router = new Router<WebState>()
  const { gate, faults } = needs
  const address = '/developers/connections/:connection/logo'

  async function drawn(file: Buffer | undefined): Promise<{ png: Buffer } | { error: string }> {
    if (!file) return { error: 'Choose a file first.' }
    if (file.length > maxBytes) return { error: 'The file is larger than 512 KiB.' }
    const outcome = await needs.redraw(file)
    return outcome.kind === 'redrawn' ? { png: outcome.png } : { error: `The file ${outcome.fault}.` }
  }

  router.post(address, async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit || (await needs.rateLimit(ctx, visit.user.id))) return
    const result = await drawn(ctx.state.files.get('logo'))
    if ('error' in result) {
      ctx.status = 400
      const page = settingsPage(visit, null, result.error)
      return needs.render.screen(ctx, settingsView, page, connectionLayout(visit, 'Settings'))
    }
    const outcome = await needs.set(visit.context, result.png)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, withNotice(urls.developersConnection(visit.connection.id), 'logo'))
  })

  router.post(`${address}/remove`, async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const outcome = await needs.set(visit.context, null)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, withNotice(urls.developersConnection(visit.connection.id), 'logo'))
  })
  return router
}
