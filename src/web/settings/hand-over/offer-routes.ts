/** For the member to whom something is offered. */
import Router from '@koa/router'
import type { acceptHandOver } from '../../../installs/actions/accept-hand-over.ts'
import type { declineHandOver } from '../../../installs/actions/decline-hand-over.ts'
import type { Faults } from '../../faults.ts'
import type { Render } from '../../render.ts'
import { seeOther } from '../../see-other.ts'
import { mustBeSignedIn } from '../../signed-in.ts'
import type { WebContext, WebState } from '../../state.ts'
import { urls } from '../../urls.ts'
import { saying } from '../confirm/said.ts'
import { deedOf, param, type Whereabouts, type WorkspaceGate } from '../rail/workspace-gate.ts'
import { offerPage, offerView } from './offer-page.ts'
import type { HandOverReadings, OfferToMe } from './readings.ts'

export type OfferNeeds = {
  render: Render
  faults: Faults
  gate: WorkspaceGate
  readings: Pick<HandOverReadings, 'offer'>
  acceptHandOver: ReturnType<typeof acceptHandOver>
  declineHandOver: ReturnType<typeof declineHandOver>
  now(): Date
}

export function offers(needs: OfferNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/offers/:offer' })
  const { render, faults, gate, readings } = needs

  /** null: answered already. */
  async function face(ctx: WebContext): Promise<{ place: Whereabouts; offer: OfferToMe } | null> {
    const place = await gate.enter(ctx)
    if (!place) return null
    const id = param(ctx, 'offer')
    const offer = id && (await readings.offer(place.workspace.id, place.user.id, id))
    if (offer) return { place, offer }
    faults.notFound(ctx)
    return null
  }

  router.get('/', mustBeSignedIn, async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, offer } = facing
    const model = offerPage({ workspace: place.workspace, offer, notice: null, now: needs.now() })
    const frame = { frame: 'flow', title: model.heading, switcher: null, formsMayLeave: false } as const
    render.screen(ctx, offerView, model, frame)
  })

  router.post('/accept', mustBeSignedIn, async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, offer } = facing
    const outcome = await needs.acceptHandOver(deedOf(ctx, place), offer.id)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const { id } = place.workspace
    seeOther(
      ctx,
      outcome.kind === 'accepted'
        ? saying(urls.myConnections(id), 'taken-over')
        : urls.handOver.show(id, offer.id),
    )
  })

  router.post('/decline', mustBeSignedIn, async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, offer } = facing
    const outcome = await needs.declineHandOver(deedOf(ctx, place), offer.id)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const { id } = place.workspace
    seeOther(
      ctx,
      outcome.kind === 'declined'
        ? saying(urls.myRequests(id), 'declined')
        : urls.handOver.show(id, offer.id),
    )
  })
  return router
}
