/** Suspend, resume and disconnect, for everyone or for one person: a question, the change, a notice. */
import type Router from '@koa/router'
import type { disconnectEveryone } from '../../../installs/actions/disconnect-everyone.ts'
import type { resume } from '../../../installs/actions/resume.ts'
import type { revokeMember } from '../../../installs/actions/revoke-member.ts'
import type { suspend } from '../../../installs/actions/suspend.ts'
import type { InstallationScope } from '../../../installs/installation.ts'
import type { Refusal } from '../../../installs/refusal.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import { withNotice } from '../../frame/notice.ts'
import { actionContextOf, type WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import {
  disconnectEveryonePage,
  resumeEveryonePage,
  revokePage,
  suspendEveryonePage,
  suspendOnePage,
} from './confirm-pages.ts'
import { confirm, enterConnection, enterInstallation, type OwnersNeeds } from './enter.ts'

export type ChangeNeeds = {
  actions: {
    suspend: ReturnType<typeof suspend>
    resume: ReturnType<typeof resume>
    disconnectEveryone: ReturnType<typeof disconnectEveryone>
    revokeMember: ReturnType<typeof revokeMember>
  }
}

type Needs = OwnersNeeds & ChangeNeeds

export function changes(router: Router<WebState>, needs: Needs): void {
  const one = '/:connection/access/:access'
  router.get('/:connection/suspend', ctx => askAboutAll(needs, ctx, suspendEveryonePage))
  router.post('/:connection/suspend', ctx => changeAll(needs, ctx, suspendIn))
  router.get('/:connection/resume', ctx => askAboutAll(needs, ctx, resumeEveryonePage))
  router.post('/:connection/resume', ctx => changeAll(needs, ctx, resumeIn))
  router.get('/:connection/disconnect', ctx => askAboutAll(needs, ctx, disconnectEveryonePage))
  router.post('/:connection/disconnect', ctx => disconnectAll(needs, ctx))
  router.get(`${one}/suspend`, ctx => askAboutSuspending(needs, ctx))
  router.post(`${one}/suspend`, ctx => changeOne(needs, ctx, suspendIn))
  router.post(`${one}/resume`, ctx => changeOne(needs, ctx, resumeIn))
  router.get(`${one}/revoke`, ctx => askAboutRevoking(needs, ctx))
  router.post(`${one}/revoke`, ctx => revoke(needs, ctx))
}

/** The outcome of an action: a notice with its count, a refusal, or an unknown installation. */
type Outcome = { code: Refusal['code'] } | 'unknown' | [notice: string, count?: number]
type Change = (
  needs: Needs,
  context: ReturnType<typeof actionContextOf>,
  scope: InstallationScope,
) => Promise<Outcome>

const suspendIn: Change = async ({ actions }, context, scope) => {
  const outcome = await actions.suspend(context, scope)
  if (outcome.kind === 'refused') return outcome
  if (outcome.kind === 'unknown') return 'unknown'
  return [outcome.kind === 'already' ? 'suspended-already' : 'suspended']
}

const resumeIn: Change = async ({ actions }, context, scope) => {
  const outcome = await actions.resume(context, scope)
  if (outcome.kind === 'refused') return outcome
  if (outcome.kind === 'resumed') return noticeOfResumed(outcome)
  return outcome.kind === 'already' ? ['resumed-already'] : 'unknown'
}

function noticeOfResumed({ count, lifted, left }: { count: number; lifted: number; left: number }): Outcome {
  if (lifted > 0) return count > 0 ? ['resumed-but-ended', lifted] : ['lifted', lifted]
  return left > 0 ? ['resumed-but-left', left] : ['resumed']
}

/** Answers with the outcome. `to`: the screen that shows the notice. */
function end({ faults }: Needs, ctx: WebContext, outcome: Outcome, to: string): void {
  if (outcome === 'unknown') faults.notFound(ctx)
  else if ('code' in outcome) faults.refuse(ctx, outcome.code)
  else seeOther(ctx, withNotice(to, ...outcome))
}

type Reading = NonNullable<Awaited<ReturnType<OwnersNeeds['readings']['one']>>>

async function askAboutAll(
  needs: Needs,
  ctx: WebContext,
  page: (workspace: WorkspaceVisit['workspace'], reading: Reading) => ConfirmPage,
): Promise<void> {
  const entered = await enterConnection(needs, ctx)
  if (!entered) return
  const { visit, reading } = entered
  confirm(needs, ctx, visit, reading.connection, page(visit.workspace, reading))
}

async function changeAll(needs: Needs, ctx: WebContext, change: Change): Promise<void> {
  const entered = await enterConnection(needs, ctx)
  if (!entered) return
  const { visit, connectionId } = entered
  const outcome = await change(needs, actionContextOf(ctx, visit), { connectionId, userId: null })
  end(needs, ctx, outcome, urls.connection.people(visit.workspace.id, connectionId))
}

async function disconnectAll(needs: Needs, ctx: WebContext): Promise<void> {
  const entered = await enterConnection(needs, ctx)
  if (!entered) return
  const { visit, connectionId } = entered
  const outcome = await needs.actions.disconnectEveryone(actionContextOf(ctx, visit), connectionId)
  const list = urls.connections(visit.workspace.id)
  if (outcome.kind === 'disconnected') end(needs, ctx, ['disconnected', outcome.count], list)
  else if (outcome.kind === 'already') end(needs, ctx, ['disconnected-already'], list)
  else end(needs, ctx, outcome.kind === 'refused' ? outcome : 'unknown', list)
}

async function askAboutSuspending(needs: Needs, ctx: WebContext): Promise<void> {
  const entered = await enterInstallation(needs, ctx)
  if (!entered) return
  const { visit, installation } = entered
  confirm(needs, ctx, visit, installation.connection, suspendOnePage(visit.workspace, installation))
}

async function changeOne(needs: Needs, ctx: WebContext, change: Change): Promise<void> {
  const entered = await enterInstallation(needs, ctx)
  if (!entered) return
  const { visit, installation } = entered
  const outcome = await change(needs, actionContextOf(ctx, visit), { installationId: installation.id })
  end(needs, ctx, outcome, urls.connection.people(visit.workspace.id, installation.connection.id))
}

async function askAboutRevoking(needs: Needs, ctx: WebContext): Promise<void> {
  const entered = await enterInstallation(needs, ctx)
  if (!entered) return
  const { visit, installation } = entered
  const { workspace } = visit
  // An internal connection is disconnected as a whole.
  if (!installation.person)
    return seeOther(ctx, urls.connection.disconnect(workspace.id, installation.connection.id))
  confirm(
    needs,
    ctx,
    visit,
    installation.connection,
    revokePage(workspace, installation, installation.person.name),
  )
}

async function revoke(needs: Needs, ctx: WebContext): Promise<void> {
  const entered = await enterInstallation(needs, ctx)
  if (!entered) return
  const { visit, installation } = entered
  if (!installation.person) return needs.faults.notFound(ctx)
  const who = { connectionId: installation.connection.id, userId: installation.person.id }
  const outcome = await needs.actions.revokeMember(actionContextOf(ctx, visit), who)
  const people = urls.connection.people(visit.workspace.id, installation.connection.id)
  if (outcome.kind === 'revoked') end(needs, ctx, ['revoked'], people)
  else if (outcome.kind === 'already') end(needs, ctx, ['revoked-already'], people)
  else end(needs, ctx, outcome.kind === 'refused' ? outcome : 'unknown', people)
}
