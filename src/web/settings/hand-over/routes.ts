/** For owners: what departed members left behind is handed over, or let go. */
import Router from '@koa/router'
import type { handOver } from '../../../installs/actions/hand-over.ts'
import type { letGo } from '../../../installs/actions/let-go.ts'
import type { withdrawHandOver } from '../../../installs/actions/withdraw-hand-over.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { Faults } from '../../faults.ts'
import type { Render } from '../../render.ts'
import { seeOther } from '../../see-other.ts'
import { mustBeSignedIn } from '../../signed-in.ts'
import type { WebContext, WebState } from '../../state.ts'
import { urls } from '../../urls.ts'
import { searchWords } from '../approved/form.ts'
import { confirmView } from '../confirm/page.ts'
import { saidOf, saying } from '../confirm/said.ts'
import { deedOf, param, type Whereabouts, type WorkspaceGate } from '../rail/workspace-gate.ts'
import { leftBehindPage, leftBehindView, letGoPage, receiversPage, receiversView, sayings } from './page.ts'
import type { HandOverReadings, LeftBehind, Receiver } from './readings.ts'

export type HandOverNeeds = {
  render: Render
  faults: Faults
  gate: WorkspaceGate
  readings: Pick<HandOverReadings, 'list' | 'receivers'>
  handOver: ReturnType<typeof handOver>
  withdrawHandOver: ReturnType<typeof withdrawHandOver>
  letGo: ReturnType<typeof letGo>
  now(): Date
}

/** An owner before one of them. */
type Facing = {
  place: Whereabouts
  words: string
  found: { left: LeftBehind; receivers: Receiver[]; more: boolean }
}

export function handOvers(needs: HandOverNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace' })
  const { render, faults, gate, readings } = needs
  const signedIn = mustBeSignedIn

  /** null: answered already. */
  async function face(ctx: WebContext): Promise<Facing | null> {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return null
    const installationId = param(ctx, 'installation')
    const words = searchWords(ctx.query.q)
    const question = { workspaceId: place.workspace.id, words }
    const found = installationId && (await readings.receivers({ ...question, installationId }))
    if (found) return { place, words, found }
    faults.notFound(ctx)
    return null
  }

  const crumbsOf = ({ place, found }: Facing) => [
    { label: 'Left behind', href: urls.leftBehind(place.workspace.id) },
    { label: found.left.connection.name, href: null },
  ]

  router.get('/hand-over', signedIn, async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const { workspace } = place
    const after = readUuid(ctx.query.after)
    const list = await readings.list({ workspaceId: workspace.id, after })
    const facts = { ...list, workspace, further: after !== null, now: needs.now() }
    const model = leftBehindPage({ ...facts, notice: saidOf(ctx, sayings) })
    const layout = gate.layout(place, { title: 'Left behind', place: 'hand-over', crumbs: [] })
    render.screen(ctx, leftBehindView, model, layout)
  })

  router.get('/hand-over/:installation', signedIn, async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, words, found } = facing
    const title = `Hand over ${found.left.connection.name}`
    const layout = gate.layout(place, { title, place: 'hand-over', crumbs: crumbsOf(facing) })
    render.screen(ctx, receiversView, receiversPage(place.workspace, words, found), layout)
  })

  router.post('/hand-over/:installation', signedIn, async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const installationId = param(ctx, 'installation')
    const toUserId = readUuid(ctx.state.form.get('user_id'))
    if (!installationId) return faults.notFound(ctx)
    if (!toUserId) return faults.badForm(ctx, 'malformed')
    const outcome = await needs.handOver(deedOf(ctx, place), { installationId, toUserId })
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const { id } = place.workspace
    // Whoever chose himself decides at once.
    if (outcome.kind === 'offered' && toUserId === place.user.id)
      return seeOther(ctx, urls.handOver.show(id, outcome.id))
    seeOther(ctx, saying(urls.leftBehind(id), outcome.kind))
  })

  router.get('/hand-over/:installation/let-go', signedIn, async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, found } = facing
    const title = `Let go of ${found.left.connection.name}`
    const layout = gate.layout(place, { title, place: 'hand-over', crumbs: crumbsOf(facing) })
    render.screen(ctx, confirmView, letGoPage(place.workspace, found.left), layout)
  })

  router.post('/hand-over/:installation/let-go', signedIn, async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const installationId = param(ctx, 'installation')
    if (!installationId) return faults.notFound(ctx)
    const outcome = await needs.letGo(deedOf(ctx, place), installationId)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, saying(urls.leftBehind(place.workspace.id), outcome.kind))
  })

  router.post('/offers/:offer/withdraw', signedIn, async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const offerId = param(ctx, 'offer')
    if (!offerId) return faults.notFound(ctx)
    const outcome = await needs.withdrawHandOver(deedOf(ctx, place), offerId)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, saying(urls.leftBehind(place.workspace.id), outcome.kind))
  })
  return router
}
