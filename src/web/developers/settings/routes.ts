import Router from '@koa/router'
import type { applyManifest } from '../../../installs/actions/apply-manifest.ts'
import type { updateConnection } from '../../../installs/actions/update-connection.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { DeveloperFrame } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import type { ShowReview } from '../manifest/review.ts'
import { readSettings } from './form.ts'
import { settingsPage, settingsView } from './page.ts'

export function developersSettings(
  needs: DeveloperFrame & {
    plan: ReturnType<typeof applyManifest>['plan']
    update: ReturnType<typeof updateConnection>
    review: ShowReview
  },
): Router<WebState> {
  const router = new Router<WebState>()
  const { gate, faults, render } = needs
  const address = '/developers/connections/:connection/settings'

  router.get(address, async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    render.screen(ctx, settingsView, settingsPage(visit), connectionLayout(visit, 'Settings'))
  })

  // Changes that stop something, and changes over somebody else's, ask for confirmation before they are saved.
  router.post(address, async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const { connection, context } = visit
    const settings = readSettings(ctx.state.form, connection.kind)
    const version = ctx.state.form.get('version') ?? ''
    if (!settings || !/^\d{1,20}$/.test(version)) return faults.badForm(ctx, 'malformed')
    const planned = await needs.plan(context, { id: null, kind: null, settings })
    if (planned.kind === 'invalid') {
      ctx.status = 400
      const page = settingsPage(visit, {
        settings: { ...settings, jwks: connection.jwks },
        faults: planned.faults,
      })
      return render.screen(ctx, settingsView, page, connectionLayout(visit, 'Settings'))
    }
    if (planned.kind !== 'planned') return faults.notFound(ctx)
    const after = urls.developersConnection(connection.id)
    if (planned.changes.length === 0) return seeOther(ctx, withNotice(after, 'unchanged'))
    const stops = planned.changes.some(change => change.stops !== null)
    if (planned.version !== version || stops)
      return needs.review(ctx, visit, planned, {
        from: 'settings',
        changedMeanwhile: planned.version !== version,
      })
    const outcome = await needs.update(context, settings, planned.version)
    if (outcome.kind === 'updated') return seeOther(ctx, withNotice(after, 'saved'))
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    // Somebody else saved in the same moment: the new plan is shown.
    const anew = await needs.plan(context, { id: null, kind: null, settings })
    if (anew.kind !== 'planned') return faults.notFound(ctx)
    needs.review(ctx, visit, anew, { from: 'settings', changedMeanwhile: true })
  })
  return router
}
