/** What members ask owners to approve. */
import Router from '@koa/router'
import type { decideApproval } from '../../../installs/actions/decide-approval.ts'
import { sentenceLimit } from '../../../installs/approval.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { Faults } from '../../faults.ts'
import type { Render } from '../../render.ts'
import { seeOther } from '../../see-other.ts'
import { mustBeSignedIn } from '../../signed-in.ts'
import type { WebContext, WebState } from '../../state.ts'
import { urls } from '../../urls.ts'
import { type Notice, saidOf, saying } from '../confirm/said.ts'
import { deedOf, param, type Whereabouts, type WorkspaceGate } from '../rail/workspace-gate.ts'
import { requestsPage, requestsView, sayings, tooLateWords, type Unsent } from './page.ts'
import type { RequestsReadings } from './readings.ts'

export type RequestsNeeds = {
  render: Render
  faults: Faults
  gate: WorkspaceGate
  readings: RequestsReadings
  decideApproval: ReturnType<typeof decideApproval>
  now(): Date
}

type Told = { notice: Notice | null; unsent: Unsent | null }

export function requests(needs: RequestsNeeds): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/requests' })
  const { render, faults, gate, readings } = needs
  router.use(mustBeSignedIn)

  async function show(ctx: WebContext, place: Whereabouts, told: Told): Promise<void> {
    const show = ctx.query.show === 'decided' ? 'decided' : 'waiting'
    const after = readUuid(ctx.query.after)
    const list = await readings.list({ workspaceId: place.workspace.id, show, after })
    const facts = { ...list, ...told, workspace: place.workspace, show, now: needs.now() } as const
    const model = requestsPage({ ...facts, further: after !== null })
    render.screen(
      ctx,
      requestsView,
      model,
      gate.layout(place, { title: 'Requests', place: 'requests', crumbs: [] }),
    )
  }

  router.get('/', async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (place) await show(ctx, place, { notice: saidOf(ctx, sayings), unsent: null })
  })

  router.post('/:request', async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const requestId = param(ctx, 'request')
    const decision = ctx.state.form.get('decision')
    const answer = ctx.state.form.get('answer') ?? ''
    if (!requestId) return faults.notFound(ctx)
    if (decision !== 'approve' && decision !== 'decline') return faults.badForm(ctx, 'malformed')
    const outcome = await needs.decideApproval(deedOf(ctx, place), { requestId, decision, answer })
    switch (outcome.kind) {
      case 'approved':
      case 'declined':
        return seeOther(ctx, saying(urls.requests(place.workspace.id), outcome.kind))
      case 'refused':
        return faults.refuse(ctx, outcome.code)
      case 'unknown':
        return faults.notFound(ctx)
      case 'too-late': {
        const row = await readings.one(place.workspace.id, requestId)
        if (!row) return faults.notFound(ctx)
        ctx.status = 409
        return show(ctx, place, { notice: tooLateWords(row, outcome.standing), unsent: null })
      }
      default:
        ctx.status = 400
        return show(ctx, place, {
          notice: null,
          unsent: { requestId, answer, problem: problems[outcome.kind] },
        })
    }
  })
  return router
}

const problems = {
  'answer-missing': 'Say in a sentence why you decline.',
  'answer-too-long': `Shorten this to ${sentenceLimit} characters.`,
}
