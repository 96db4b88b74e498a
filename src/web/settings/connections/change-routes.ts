/** Suspend, resume, disconnect: for everyone, or for one person. Each asks once, changes, and says what happened. */
import type Router from '@koa/router'
import type { disconnectEveryone } from '../../../installs/actions/disconnect-everyone.ts'
import type { Resumed, resume } from '../../../installs/actions/resume.ts'
import type { revokeMember } from '../../../installs/actions/revoke-member.ts'
import type { suspend } from '../../../installs/actions/suspend.ts'
import type { InstallationScope } from '../../../installs/installation.ts'
import type { Refusal } from '../../../installs/refusal.ts'
import { seeOther } from '../../see-other.ts'
import type { WebContext, WebState } from '../../state.ts'
import { urls } from '../../urls.ts'
import { saying } from '../confirm/said.ts'
import { deedOf, type Whereabouts } from '../rail/workspace-gate.ts'
import { asking } from './asking.ts'
import {
  disconnectEveryonePage,
  resumeEveryonePage,
  revokePage,
  suspendEveryonePage,
  suspendOnePage,
} from './confirm-pages.ts'
import type { OwnersNeeds } from './routes.ts'

export type ChangeNeeds = {
  actions: {
    suspend: ReturnType<typeof suspend>
    resume: ReturnType<typeof resume>
    disconnectEveryone: ReturnType<typeof disconnectEveryone>
    revokeMember: ReturnType<typeof revokeMember>
  }
}

export function changes(router: Router<WebState>, needs: OwnersNeeds & ChangeNeeds): void {
  const { actions, faults } = needs
  const ask = asking(needs)

  /** On to the screen that says what happened; refused or unknown is answered with a page. */
  function end<Outcome extends { kind: string }>(
    ctx: WebContext,
    outcome: Outcome | Refusal,
    to: string,
    words: (outcome: Outcome) => [name: string, count?: number],
  ): void {
    if ('code' in outcome) faults.refuse(ctx, outcome.code)
    else if (outcome.kind === 'unknown') faults.notFound(ctx)
    else seeOther(ctx, saying(to, ...words(outcome)))
  }

  async function doSuspend(
    ctx: WebContext,
    place: Whereabouts,
    connectionId: string,
    scope: InstallationScope,
  ) {
    const outcome = await actions.suspend(deedOf(ctx, place), scope)
    end(ctx, outcome, urls.connection.people(place.workspace.id, connectionId), ({ kind }) => [
      kind === 'already' ? 'suspended-already' : 'suspended',
    ])
  }

  async function doResume(
    ctx: WebContext,
    place: Whereabouts,
    connectionId: string,
    scope: InstallationScope,
  ) {
    const outcome = await actions.resume(deedOf(ctx, place), scope)
    end(ctx, outcome, urls.connection.people(place.workspace.id, connectionId), resumedWords)
  }

  router.get('/:connection/suspend', async ctx => {
    const asked = await ask.connection(ctx)
    if (!asked) return
    const { place, reading } = asked
    ask.confirm(ctx, place, reading.connection, suspendEveryonePage(place.workspace, reading))
  })
  router.post('/:connection/suspend', async ctx => {
    const asked = await ask.connection(ctx)
    if (!asked) return
    await doSuspend(ctx, asked.place, asked.connectionId, { connectionId: asked.connectionId, userId: null })
  })

  router.get('/:connection/resume', async ctx => {
    const asked = await ask.connection(ctx)
    if (!asked) return
    const { place, reading } = asked
    ask.confirm(ctx, place, reading.connection, resumeEveryonePage(place.workspace, reading))
  })
  router.post('/:connection/resume', async ctx => {
    const asked = await ask.connection(ctx)
    if (!asked) return
    await doResume(ctx, asked.place, asked.connectionId, { connectionId: asked.connectionId, userId: null })
  })

  router.get('/:connection/disconnect', async ctx => {
    const asked = await ask.connection(ctx)
    if (!asked) return
    const { place, reading } = asked
    ask.confirm(ctx, place, reading.connection, disconnectEveryonePage(place.workspace, reading))
  })
  router.post('/:connection/disconnect', async ctx => {
    const asked = await ask.connection(ctx)
    if (!asked) return
    const { place, connectionId } = asked
    const outcome = await actions.disconnectEveryone(deedOf(ctx, place), connectionId)
    end(ctx, outcome, urls.connections(place.workspace.id), done =>
      done.kind === 'disconnected' ? ['disconnected', done.count] : ['disconnected-already'],
    )
  })

  router.get('/:connection/access/:access/suspend', async ctx => {
    const asked = await ask.access(ctx)
    if (!asked) return
    const { place, access } = asked
    ask.confirm(ctx, place, access.connection, suspendOnePage(place.workspace, access))
  })
  router.post('/:connection/access/:access/suspend', async ctx => {
    const asked = await ask.access(ctx)
    if (!asked) return
    const { place, access } = asked
    await doSuspend(ctx, place, access.connection.id, { installationId: access.id })
  })
  router.post('/:connection/access/:access/resume', async ctx => {
    const asked = await ask.access(ctx)
    if (!asked) return
    const { place, access } = asked
    await doResume(ctx, place, access.connection.id, { installationId: access.id })
  })

  router.get('/:connection/access/:access/revoke', async ctx => {
    const asked = await ask.access(ctx)
    if (!asked) return
    const { place, access } = asked
    // What belongs to the workspace itself is disconnected as a whole.
    if (!access.person)
      return seeOther(ctx, urls.connection.disconnect(place.workspace.id, access.connection.id))
    ask.confirm(ctx, place, access.connection, revokePage(place.workspace, access, access.person.name))
  })
  router.post('/:connection/access/:access/revoke', async ctx => {
    const asked = await ask.access(ctx)
    if (!asked) return
    const { place, access } = asked
    if (!access.person) return faults.notFound(ctx)
    const who = { connectionId: access.connection.id, userId: access.person.id }
    const outcome = await actions.revokeMember(deedOf(ctx, place), who)
    end(ctx, outcome, urls.connection.people(place.workspace.id, access.connection.id), ({ kind }) => [
      kind === 'already' ? 'revoked-already' : 'revoked',
    ])
  })
}

function resumedWords(outcome: Resumed): [name: string, count?: number] {
  if (outcome.kind !== 'resumed') return ['resumed-already']
  return outcome.left > 0 ? ['resumed-but-left', outcome.left] : ['resumed']
}
