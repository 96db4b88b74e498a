import Router from '@koa/router'
import { readUuid } from '../../../installs/ids.ts'
import { trialRedirectUri } from '../../../installs/trial.ts'
import { type Notices, readNotice, withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { connectionLayout } from '../frame/head.ts'
import { callbackRoute } from './callback.ts'
import { enter, type Parts, type PlaygroundNeeds, trialAt } from './entrance.ts'
import { authorizeMessage, authorizeUrl } from './messages.ts'
import { readFlowOutcome, readTokenOutcome } from './outcomes.ts'
import { playgroundPage, playgroundView } from './page.ts'
import { run } from './run.ts'
import { sandboxRoutes } from './sandbox-routes.ts'
import { newTrial } from './trials.ts'

const notices: Notices = {
  made: () => ({ kind: 'good', sentence: 'Your sandbox is made. Choose whom to be, and test.' }),
  removed: () => ({ kind: 'good', sentence: 'The sandbox is removed, with everything in it.' }),
  forgotten: () => ({ kind: 'good', sentence: 'The test and its tokens are forgotten here.' }),
  silent: () => ({ kind: 'danger', sentence: 'The server did not answer its own request. Try again.' }),
}

export function developersPlayground(needs: PlaygroundNeeds): Router<WebState> {
  const redirectUri = trialRedirectUri(needs.issuer)
  const { backChannel } = needs.playground
  const parts: Parts = { ...needs, redirectUri, run: run({ backChannel, store: needs.store, redirectUri }) }
  const base = '/developers/connections/:connection/playground'
  const router = new Router<WebState>()
  router.get(base, ctx => show(parts, ctx))
  router.post(`${base}/test`, ctx => begin(parts, ctx))
  router.post(`${base}/next`, ctx => goOn(parts, ctx))
  router.post(`${base}/secrets`, async ctx => {
    const found = await trialAt(parts, ctx)
    if (!found) return
    const revealed = ctx.state.form.get('show') === 'yes'
    await needs.trials.write(found.visit.session, { ...found.trial, revealed })
    seeOther(ctx, urls.playground(found.visit.connection.id))
  })
  router.post(`${base}/forget`, async ctx => {
    const visit = await enter(parts, ctx)
    if (!visit) return
    await needs.trials.forget(visit.session, visit.connection.id)
    seeOther(ctx, withNotice(urls.playground(visit.connection.id), 'forgotten'))
  })
  router.use(callbackRoute(parts).routes())
  router.use(sandboxRoutes(parts).routes())
  return router
}

async function show(needs: Parts, ctx: WebContext): Promise<void> {
  const visit = await enter(needs, ctx)
  if (!visit) return
  const model = playgroundPage({
    managed: visit,
    notice: readNotice(ctx, notices),
    sandbox: await needs.playground.readSandbox(visit.user.id),
    actingAs: ctx.state.acting?.persona.id ?? null,
    trial: await needs.trials.read(visit.session, visit.connection.id),
  })
  needs.render.screen(ctx, playgroundView, model, connectionLayout(visit, 'Playground'))
}

/** Sends this browser through the real flow, as the developer or as a persona of their sandbox. */
async function begin(needs: Parts, ctx: WebContext): Promise<void> {
  const visit = await enter(needs, ctx)
  if (!visit || (await needs.rateLimit(ctx, visit.user.id))) return
  const { form } = ctx.state
  const connectionId = visit.connection.id
  const sandbox = await needs.playground.readSandbox(visit.user.id)
  const asked = readUuid(form.get('as'))
  const outcome = readFlowOutcome(form.get('outcome'))
  // Policies apply to members: neither owners nor guests wait for an approval.
  const wanted = outcome === 'approval-pending' && asked ? { role: 'member' } : { id: asked }
  const persona =
    sandbox?.personas.find(one => ('role' in wanted ? one.role === wanted.role : one.id === wanted.id)) ??
    null
  const trial = newTrial({ connectionId, persona, outcome: persona ? outcome : null })
  const url = authorizeUrl(trial, { issuer: needs.issuer, redirectUri: needs.redirectUri })
  trial.messages.push(authorizeMessage(url))
  await needs.trials.write(visit.session, trial)
  if (persona) await needs.playground.forgetApprovals(visit.user.id, connectionId)
  await needs.sessions.actAs(ctx, persona?.id ?? null)
  seeOther(ctx, url)
}

/** One more request with the tokens: a refresh, or the calls again. */
async function goOn(needs: Parts, ctx: WebContext): Promise<void> {
  const found = await trialAt(needs, ctx)
  if (!found || (await needs.rateLimit(ctx, found.visit.user.id))) return
  const { visit, trial } = found
  const { form } = ctx.state
  const outcome = trial.persona ? readTokenOutcome(form.get('next')) : null
  const address = urls.playground(visit.connection.id)
  try {
    if (form.get('step') === 'refresh') await needs.run.refresh(trial, visit.connection, outcome)
    else await needs.run.callApi(trial, outcome)
  } catch {
    return seeOther(ctx, withNotice(address, 'silent'))
  }
  await needs.trials.write(visit.session, { ...trial, messages: trial.messages.slice(-40) })
  seeOther(ctx, `${address}#message-${Math.min(trial.messages.length, 40)}`)
}
