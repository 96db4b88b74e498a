/** One connection on the approved list: who has it, and what owners end or take back. */
import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import type { Layout } from '../../layout.ts'
import { seeOther } from '../../see-other.ts'
import type { WebContext, WebState } from '../../state.ts'
import { urls } from '../../urls.ts'
import { confirmView } from '../confirm/page.ts'
import { saidOf, saying } from '../confirm/said.ts'
import { deedOf, param, type Whereabouts } from '../rail/workspace-gate.ts'
import {
  disconnectAllPage,
  removeApprovalPage,
  removeApprovalView,
  revokePage,
  sayings,
} from './confirm-pages.ts'
import { searchWords } from './form.ts'
import { approvedPeoplePage, approvedPeopleView } from './page.ts'
import type { ApprovedPeople } from './readings.ts'
import type { ApprovedNeeds } from './routes.ts'

/** An owner before a connection of the list. */
type Facing = { place: Whereabouts; found: ApprovedPeople; words: string; after: string | null }

export function connectionRoutes(needs: Omit<ApprovedNeeds, 'addApproval'>): Router<WebState> {
  const router = new Router<WebState>()
  const { render, faults, gate, readings } = needs

  /** null: answered already. */
  async function face(ctx: WebContext): Promise<Facing | null> {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return null
    const connectionId = param(ctx, 'connection')
    const words = searchWords(ctx.query.q)
    const after = readUuid(ctx.query.after)
    const question = { workspaceId: place.workspace.id, words, after }
    const found = connectionId && (await readings.people({ ...question, connectionId }))
    if (found) return { place, found, words, after }
    faults.notFound(ctx)
    return null
  }

  function layout({ place, found }: Facing, title: string): Layout {
    const crumbs = [
      { label: 'Approved', href: urls.approved(place.workspace.id) },
      { label: found.connection.name, href: null },
    ]
    return gate.layout(place, { title, place: 'approved', crumbs })
  }

  /** Whoever has it installed, wherever in the list he stands. */
  async function personOf({ place, found }: Facing, userId: string) {
    const known = found.people.find(one => one.id === userId)
    return known ?? readings.person(place.workspace.id, found.connection.id, userId)
  }

  router.get('/:connection/people', async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, found, words, after } = facing
    const facts = { workspace: place.workspace, further: after !== null, now: needs.now() }
    const model = approvedPeoplePage({ ...facts, notice: saidOf(ctx, sayings) }, words, found)
    render.screen(ctx, approvedPeopleView, model, layout(facing, `Who has ${found.connection.name}`))
  })

  router.get('/:connection/people/:user/revoke', async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, found } = facing
    const userId = param(ctx, 'user')
    const person = userId && (await personOf(facing, userId))
    if (!person) return faults.notFound(ctx)
    const title = `Revoke access for ${person.name}`
    render.screen(
      ctx,
      confirmView,
      revokePage(place.workspace, found.connection, person),
      layout(facing, title),
    )
  })

  router.post('/:connection/people/:user/revoke', async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const [connectionId, userId] = [param(ctx, 'connection'), param(ctx, 'user')]
    if (!connectionId || !userId) return faults.notFound(ctx)
    const outcome = await needs.revokeMember(deedOf(ctx, place), { connectionId, userId })
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    seeOther(ctx, saying(urls.approved(place.workspace.id), outcome.kind))
  })

  router.get('/:connection/disconnect', async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, found } = facing
    if (found.count === 0) return seeOther(ctx, saying(urls.approved(place.workspace.id), 'already'))
    const model = disconnectAllPage(place.workspace, found.connection, found.count)
    render.screen(ctx, confirmView, model, layout(facing, `Disconnect ${found.connection.name}`))
  })

  router.post('/:connection/disconnect', async ctx => {
    const place = await gate.enterAsOwner(ctx)
    const connectionId = place && param(ctx, 'connection')
    if (!place) return
    if (!connectionId) return faults.notFound(ctx)
    const outcome = await needs.disconnectEveryone(deedOf(ctx, place), connectionId)
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const count = outcome.kind === 'disconnected' ? outcome.count : 1
    seeOther(ctx, saying(urls.approved(place.workspace.id), outcome.kind, count))
  })

  router.get('/:connection/remove', async ctx => {
    const facing = await face(ctx)
    if (!facing) return
    const { place, found } = facing
    const model = removeApprovalPage(place.workspace, found.connection, found.count)
    render.screen(ctx, removeApprovalView, model, layout(facing, `Remove ${found.connection.name}`))
  })

  router.post('/:connection/remove', async ctx => {
    const place = await gate.enterAsOwner(ctx)
    if (!place) return
    const connectionId = param(ctx, 'connection')
    const installed = ctx.state.form.get('installed')
    if (!connectionId) return faults.notFound(ctx)
    if (installed !== 'keep' && installed !== 'disconnect') return faults.badForm(ctx, 'malformed')
    const outcome = await needs.removeApproval(deedOf(ctx, place), { connectionId, installed })
    if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
    if (outcome.kind === 'unknown') return faults.notFound(ctx)
    const back = urls.approved(place.workspace.id)
    if (outcome.kind !== 'removed') return seeOther(ctx, saying(back, 'already-removed'))
    seeOther(ctx, outcome.ended === 0 ? saying(back, 'removed') : saying(back, 'removed-all', outcome.ended))
  })
  return router
}
