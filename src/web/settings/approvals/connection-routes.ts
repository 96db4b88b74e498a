/** One connection on the approved list: its people, ending their access, and removing it. */

import Router from '@koa/router'
import type { disconnectEveryone } from '../../../installs/actions/disconnect-everyone.ts'
import type { removeApproval } from '../../../installs/actions/remove-approval.ts'
import type { revokeMember } from '../../../installs/actions/revoke-member.ts'
import { readUuid } from '../../../installs/ids.ts'
import { confirmView } from '../../frame/confirm.ts'
import type { Frame } from '../../frame/frame.ts'
import type { Layout } from '../../frame/layout.ts'
import { readNotice, withNotice } from '../../frame/notice.ts'
import { actionContextOf, param, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import {
  disconnectAllPage,
  notices,
  removeApprovalPage,
  removeApprovalView,
  revokePage,
} from './confirm-pages.ts'
import { searchWords } from './form.ts'
import { approvedPeoplePage, approvedPeopleView } from './people-page.ts'
import type { ApprovedPeople, ApprovedReadings } from './readings.ts'

type ApprovedVisit = { visit: WorkspaceVisit; found: ApprovedPeople; words: string; after: string | null }

export type ApprovedConnectionNeeds = Frame & {
  readings: ApprovedReadings
  removeApproval: ReturnType<typeof removeApproval>
  disconnectEveryone: ReturnType<typeof disconnectEveryone>
  revokeMember: ReturnType<typeof revokeMember>
}

export function connectionRoutes(needs: ApprovedConnectionNeeds): Router<WebState> {
  const router = new Router<WebState>()
  router.get('/:connection/people', ctx => showPeople(needs, ctx))
  router.get('/:connection/people/:user/revoke', ctx => askRevoke(needs, ctx))
  router.post('/:connection/people/:user/revoke', ctx => revoke(needs, ctx))
  router.get('/:connection/disconnect', ctx => askDisconnect(needs, ctx))
  router.post('/:connection/disconnect', ctx => disconnect(needs, ctx))
  router.get('/:connection/remove', ctx => askRemove(needs, ctx))
  router.post('/:connection/remove', ctx => remove(needs, ctx))
  return router
}

/** null: answered already. */
async function enter(
  { faults, gate, readings }: ApprovedConnectionNeeds,
  ctx: WebContext,
): Promise<ApprovedVisit | null> {
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return null
  const connectionId = param(ctx, 'connection')
  const words = searchWords(ctx.query.q)
  const after = readUuid(ctx.query.after)
  const question = { workspaceId: visit.workspace.id, words, after }
  const found = connectionId && (await readings.people({ ...question, connectionId }))
  if (found) return { visit, found, words, after }
  faults.notFound(ctx)
  return null
}

function layoutOf({ gate }: ApprovedConnectionNeeds, { visit, found }: ApprovedVisit, title: string): Layout {
  const crumbs = [
    { label: 'Approved', href: urls.approved(visit.workspace.id) },
    { label: found.connection.name, href: null },
  ]
  return gate.layout(visit, { title, navItem: 'approved', crumbs })
}

async function showPeople(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, found, words, after } = entered
  const facts = { workspace: visit.workspace, trail: readPassedCursors(ctx.query, after), now: needs.now() }
  const model = approvedPeoplePage({ ...facts, notice: readNotice(ctx, notices) }, words, found)
  const layout = layoutOf(needs, entered, `Who has ${found.connection.name}`)
  needs.render.screen(ctx, approvedPeopleView, model, layout)
}

async function askRevoke(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, found } = entered
  const userId = param(ctx, 'user')
  const person = userId && (await personOf(needs, entered, userId))
  if (!person) return needs.faults.notFound(ctx)
  const model = revokePage(visit.workspace, found.connection, person)
  needs.render.screen(ctx, confirmView, model, layoutOf(needs, entered, `Revoke access for ${person.name}`))
}

/** A person who has it installed, also outside the shown window. */
async function personOf(
  { readings }: ApprovedConnectionNeeds,
  { visit, found }: ApprovedVisit,
  userId: string,
) {
  const known = found.people.find(one => one.id === userId)
  return known ?? readings.person(visit.workspace.id, found.connection.id, userId)
}

async function revoke(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const [connectionId, userId] = [param(ctx, 'connection'), param(ctx, 'user')]
  if (!connectionId || !userId) return faults.notFound(ctx)
  const outcome = await needs.revokeMember(actionContextOf(ctx, visit), { connectionId, userId })
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  seeOther(ctx, withNotice(urls.approved(visit.workspace.id), outcome.kind))
}

async function askDisconnect(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, found } = entered
  if (found.count === 0) return seeOther(ctx, withNotice(urls.approved(visit.workspace.id), 'already'))
  const model = disconnectAllPage(visit.workspace, found.connection, found.count)
  const layout = layoutOf(needs, entered, `Disconnect ${found.connection.name}`)
  needs.render.screen(ctx, confirmView, model, layout)
}

async function disconnect(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const connectionId = param(ctx, 'connection')
  if (!connectionId) return faults.notFound(ctx)
  const outcome = await needs.disconnectEveryone(actionContextOf(ctx, visit), connectionId)
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const count = outcome.kind === 'disconnected' ? outcome.count : 1
  seeOther(ctx, withNotice(urls.approved(visit.workspace.id), outcome.kind, count))
}

async function askRemove(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const entered = await enter(needs, ctx)
  if (!entered) return
  const { visit, found } = entered
  const model = removeApprovalPage(visit.workspace, found.connection, found.count)
  const layout = layoutOf(needs, entered, `Remove ${found.connection.name}`)
  needs.render.screen(ctx, removeApprovalView, model, layout)
}

async function remove(needs: ApprovedConnectionNeeds, ctx: WebContext): Promise<void> {
  const { faults, gate } = needs
  const visit = await gate.enterAsOwner(ctx)
  if (!visit) return
  const connectionId = param(ctx, 'connection')
  const installed = ctx.state.form.get('installed')
  if (!connectionId) return faults.notFound(ctx)
  if (installed !== 'keep' && installed !== 'disconnect') return faults.badForm(ctx, 'malformed')
  const outcome = await needs.removeApproval(actionContextOf(ctx, visit), { connectionId, installed })
  if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
  if (outcome.kind === 'unknown') return faults.notFound(ctx)
  const back = urls.approved(visit.workspace.id)
  if (outcome.kind !== 'removed') return seeOther(ctx, withNotice(back, 'already-removed'))
  seeOther(
    ctx,
    outcome.ended === 0 ? withNotice(back, 'removed') : withNotice(back, 'removed-all', outcome.ended),
  )
}
