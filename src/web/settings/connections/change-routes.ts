/** Suspend, resume, disconnect: for everyone, or for one person. Each asks once, changes, and says what happened. */
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
import { asking, type OwnersNeeds } from './asking.ts'
import {
  disconnectEveryonePage,
  resumeEveryonePage,
  revokePage,
  suspendEveryonePage,
  suspendOnePage,
} from './confirm-pages.ts'

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
  router.post('/:connection/suspend', ctx => changeAll(needs, ctx, stop))
  router.get('/:connection/resume', ctx => askAboutAll(needs, ctx, resumeEveryonePage))
  router.post('/:connection/resume', ctx => changeAll(needs, ctx, goOn))
  router.get('/:connection/disconnect', ctx => askAboutAll(needs, ctx, disconnectEveryonePage))
  router.post('/:connection/disconnect', ctx => disconnectAll(needs, ctx))
  router.get(`${one}/suspend`, ctx => askAboutSuspending(needs, ctx))
  router.post(`${one}/suspend`, ctx => changeOne(needs, ctx, stop))
  router.post(`${one}/resume`, ctx => changeOne(needs, ctx, goOn))
  router.get(`${one}/revoke`, ctx => askAboutRevoking(needs, ctx))
  router.post(`${one}/revoke`, ctx => revoke(needs, ctx))
}

/** What an action did, in the name of a sentence and a number; refused or unknown it is answered with a page. */
type Said = { code: Refusal['code'] } | 'unknown' | [name: string, count?: number]
type Change = (
  needs: Needs,
  context: ReturnType<typeof actionContextOf>,
  scope: InstallationScope,
) => Promise<Said>

const stop: Change = async ({ actions }, context, scope) => {
  const outcome = await actions.suspend(context, scope)
  if (outcome.kind === 'refused') return outcome
  if (outcome.kind === 'unknown') return 'unknown'
  return [outcome.kind === 'already' ? 'suspended-already' : 'suspended']
}

const goOn: Change = async ({ actions }, context, scope) => {
  const outcome = await actions.resume(context, scope)
  if (outcome.kind === 'refused') return outcome
  if (outcome.kind === 'resumed') return saidOfResumed(outcome)
  return outcome.kind === 'already' ? ['resumed-already'] : 'unknown'
}

function saidOfResumed({ count, lifted, left }: { count: number; lifted: number; left: number }): Said {
  if (lifted > 0) return count > 0 ? ['resumed-but-ended', lifted] : ['lifted', lifted]
  return left > 0 ? ['resumed-but-left', left] : ['resumed']
}

/** On to the screen that says what happened. */
function end({ faults }: Needs, ctx: WebContext, said: Said, to: string): void {
  if (said === 'unknown') faults.notFound(ctx)
  else if ('code' in said) faults.refuse(ctx, said.code)
  else seeOther(ctx, withNotice(to, ...said))
}

type Reading = NonNullable<Awaited<ReturnType<OwnersNeeds['readings']['one']>>>

async function askAboutAll(
  needs: Needs,
  ctx: WebContext,
  page: (workspace: WorkspaceVisit['workspace'], reading: Reading) => ConfirmPage,
): Promise<void> {
  const ask = asking(needs)
  const asked = await ask.connection(ctx)
  if (asked)
    ask.confirm(ctx, asked.place, asked.reading.connection, page(asked.place.workspace, asked.reading))
}

async function changeAll(needs: Needs, ctx: WebContext, change: Change): Promise<void> {
  const asked = await asking(needs).connection(ctx)
  if (!asked) return
  const { place, connectionId } = asked
  const said = await change(needs, actionContextOf(ctx, place), { connectionId, userId: null })
  end(needs, ctx, said, urls.connection.people(place.workspace.id, connectionId))
}

async function disconnectAll(needs: Needs, ctx: WebContext): Promise<void> {
  const asked = await asking(needs).connection(ctx)
  if (!asked) return
  const { place, connectionId } = asked
  const outcome = await needs.actions.disconnectEveryone(actionContextOf(ctx, place), connectionId)
  const list = urls.connections(place.workspace.id)
  if (outcome.kind === 'disconnected') end(needs, ctx, ['disconnected', outcome.count], list)
  else if (outcome.kind === 'already') end(needs, ctx, ['disconnected-already'], list)
  else end(needs, ctx, outcome.kind === 'refused' ? outcome : 'unknown', list)
}

async function askAboutSuspending(needs: Needs, ctx: WebContext): Promise<void> {
  const ask = asking(needs)
  const asked = await ask.access(ctx)
  if (!asked) return
  const { place, access } = asked
  ask.confirm(ctx, place, access.connection, suspendOnePage(place.workspace, access))
}

async function changeOne(needs: Needs, ctx: WebContext, change: Change): Promise<void> {
  const asked = await asking(needs).access(ctx)
  if (!asked) return
  const { place, access } = asked
  const said = await change(needs, actionContextOf(ctx, place), { installationId: access.id })
  end(needs, ctx, said, urls.connection.people(place.workspace.id, access.connection.id))
}

async function askAboutRevoking(needs: Needs, ctx: WebContext): Promise<void> {
  const ask = asking(needs)
  const asked = await ask.access(ctx)
  if (!asked) return
  const { place, access } = asked
  const { workspace } = place
  // What belongs to the workspace itself is disconnected as a whole.
  if (!access.person) return seeOther(ctx, urls.connection.disconnect(workspace.id, access.connection.id))
  ask.confirm(ctx, place, access.connection, revokePage(workspace, access, access.person.name))
}

async function revoke(needs: Needs, ctx: WebContext): Promise<void> {
  const asked = await asking(needs).access(ctx)
  if (!asked) return
  const { place, access } = asked
  if (!access.person) return needs.faults.notFound(ctx)
  const who = { connectionId: access.connection.id, userId: access.person.id }
  const outcome = await needs.actions.revokeMember(actionContextOf(ctx, place), who)
  const people = urls.connection.people(place.workspace.id, access.connection.id)
  if (outcome.kind === 'revoked') end(needs, ctx, ['revoked'], people)
  else if (outcome.kind === 'already') end(needs, ctx, ['revoked-already'], people)
  else end(needs, ctx, outcome.kind === 'refused' ? outcome : 'unknown', people)
}
