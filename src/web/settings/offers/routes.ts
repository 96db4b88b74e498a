/** An offer, accepted or declined by the member to whom it was made. */

import Router from '@koa/router'
import type { acceptHandOver } from '../../../installs/actions/accept-hand-over.ts'
import type { declineHandOver } from '../../../installs/actions/decline-hand-over.ts'
import type { Frame } from '../../frame/frame.ts'
import { withNotice } from '../../frame/notice.ts'
import { actionContextOf, param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { offerPage, offerView } from './page.ts'
import type { OffersReadings, OfferToMe } from './readings.ts'

export type OfferNeeds = Frame & {
  readings: { one: OffersReadings['one'] }
  acceptHandOver: ReturnType<typeof acceptHandOver>
  declineHandOver: ReturnType<typeof declineHandOver>
}

export function offers(needs: OfferNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/offers/:offer' })
  router.get('/', mustBeSignedIn, ctx => show(needs, ctx))
  router.post('/accept', mustBeSignedIn, ctx => accept(needs, ctx))
  router.post('/decline', mustBeSignedIn, ctx => decline(needs, ctx))
  return router
}

/** null: answered already. */
async function enter(
  { faults, gate, readings }: OfferNeeds,
  ctx: WebContext,
): Promise<{ visit: WorkspaceVisit; offer: OfferToMe } | null> {
  const visit = await gate.enter(ctx)
  if (!visit) return null
  const id = param(ctx, 'offer')
  const offer = id && (await readings.one(visit.workspace.id, visit.user.id, id))
  if (offer) return { visit, offer }
  faults.notFound(ctx)
  return null
}

async function show(needs: OfferNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, offer } = entered
  const model = offerPage({ workspace: visit.workspace, offer, now: needs.now() })
  const frame = { frame: 'flow', title: model.heading, switcher: null } as const
  needs.render.screen(ctx, offerView, model, frame)
}

async function accept(needs: OfferNeeds, ctx: WebContext): Promise<void> {
  const { faults } = needs
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, offer } = entered
  const outcome = await needs.acceptHandOver(actionContextOf(ctx, visit), offer.id)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const { id } = visit.workspace
  const taken = withNotice(urls.myConnections(id), 'taken-over')
  seeOther(ctx, outcome.kind === 'accepted' ? taken : urls.handOver.show(id, offer.id))
}

async function decline(needs: OfferNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, offer } = entered
  const outcome = await needs.declineHandOver(actionContextOf(ctx, visit), offer.id)
  if (outcome.kind === 'unknown') return needs.faults.notFound(ctx)
  const { id } = visit.workspace
  const declined = withNotice(urls.myRequests(id), 'declined')
  seeOther(ctx, outcome.kind === 'declined' ? declined : urls.handOver.show(id, offer.id))
}
