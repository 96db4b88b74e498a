/** The workspace's policy, and disconnecting installations that it would not allow. */

import Router from '@koa/router'
import type { disconnectUnapproved } from '../../../installs/actions/disconnect-unapproved.ts'
import type { setPolicy } from '../../../installs/actions/set-policy.ts'
import type { Policy } from '../../../installs/workspace.ts'
import { confirmView } from '../../frame/confirm.ts'
import type { Frame } from '../../frame/frame.ts'
import { type Notice, readNotice, withNotice } from '../../frame/notice.ts'
import { actionContextOf, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { readPolicyForm } from './form.ts'
import { againstPolicy, notices, overtakenWords, policyPage, policyView, unapprovedPage } from './page.ts'
import type { PolicyReadings } from './readings.ts'

export type PolicyNeeds = Frame & {
  readings: PolicyReadings
  setPolicy: ReturnType<typeof setPolicy>
  disconnectUnapproved: ReturnType<typeof disconnectUnapproved>
}

export function policy(needs: PolicyNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/policy' })
  router.use(mustBeSignedIn)
  router.get('/', async ctx => {
    const visit = await needs.gate.enterAsOwner(ctx)
    if (visit) await show(needs, ctx, visit, readNotice(ctx, notices), null)
  })
  router.post('/', ctx => set(needs, ctx))
  router.get('/unapproved', ctx => askUnapproved(needs, ctx))
  router.post('/unapproved', ctx => endUnapproved(needs, ctx))
  return router
}

async function show(
  { render, faults, gate, readings, now }: PolicyNeeds,
  ctx: WebContext,
  visit: WorkspaceVisit,
  notice: Notice | null,
  filled: Policy | null,
): Promise<void> {
  const reading = await readings.policy(visit.workspace.id)
  if (!reading) return faults.notFound(ctx)
  const model = policyPage({ workspace: visit.workspace, reading, notice, now: now() }, filled)
  render.screen(
    ctx,
    policyView,
    model,
    gate.layout(visit, { title: 'Policy', navItem: 'policy', crumbs: [] }),
  )
}

async function set(needs: PolicyNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate, readings } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const form = readPolicyForm(ctx.state.form)
  if (!form) return faults.badForm(ctx, 'malformed')
  const outcome = await needs.setPolicy(actionContextOf(ctx, visit), form.policy, form.seen)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  if (outcome.kind === 'overtaken') {
    ctx.status = 409
    const by = outcome.by && (await readings.nameOf(outcome.by))
    return show(needs, ctx, visit, overtakenWords(by), form.policy)
  }
  seeOther(ctx, withNotice(urls.policy(visit.workspace.id), outcome.kind))
}

async function askUnapproved({ render, gate, readings }: PolicyNeeds, ctx: WebContext): Promise<void> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const { workspace } = visit
  const reading = await readings.policy(workspace.id)
  const against = reading ? againstPolicy(reading) : []
  if (against.length === 0) return seeOther(ctx, withNotice(urls.policy(workspace.id), 'none-left'))
  const crumbs = [
    { label: 'Policy', href: urls.policy(workspace.id) },
    { label: 'Not approved', href: null },
  ]
  const layout = gate.layout(visit, { title: 'Disconnect what is not approved', navItem: 'policy', crumbs })
  render.screen(ctx, confirmView, unapprovedPage(workspace, against), layout)
}

async function endUnapproved(needs: PolicyNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const outcome = await needs.disconnectUnapproved(actionContextOf(ctx, visit))
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const back = urls.policy(visit.workspace.id)
  seeOther(
    ctx,
    outcome.count === 0 ? withNotice(back, 'none-left') : withNotice(back, 'disconnected', outcome.count),
  )
}
