/** The flow: step one (who asks for what, and where), and how it ends. Step two is in picker-routes.ts. */
import Router from '@koa/router'
import type { allowAccess, Chosen } from '../../installs/actions/allow-access.ts'
import { readUuid } from '../../installs/ids.ts'
import { mayRequestApproval } from '../../installs/policy.ts'
import type { Faults } from '../faults.ts'
import { refusals } from '../refusals.ts'
import type { Render } from '../render.ts'
import { seeOther } from '../see-other.ts'
import type { FlowDescription } from '../sign-in/page.ts'
import type { WebContext, WebState } from '../state.ts'
import { urls } from '../urls.ts'
import { drafts, withPicks } from './draft.ts'
import { type Facing, flow } from './flow.ts'
import type { Interactions } from './interactions.ts'
import { levelsPage, levelsView, nowherePage, refusedPage, refusedView } from './page.ts'
import { picker } from './picker-routes.ts'
import { type Place, switcherOf } from './place.ts'
import type { CountLimits, InstallReadings } from './readings.ts'

export type InstallNeeds = {
  render: Render
  faults: Faults
  interactions: Interactions
  readings: InstallReadings
  countLimits: CountLimits
  /** Where drafts are kept between steps. */
  store: Parameters<typeof drafts>[0]
  allowAccess: ReturnType<typeof allowAccess>
  /** The address below the flow that asks an owner for approval; null: approval cannot be asked for. */
  requestApproval: ((uid: string) => string) | null
  now(): Date
}

export type Install = {
  router: Router<WebState>
  /** For the sign-in in front of a flow; null when nothing is known of it. */
  describe(ctx: WebContext, uid: string): Promise<FlowDescription | null>
}

export function install(needs: InstallNeeds): Install {
  const router = new Router<WebState>()
  const { render, faults, interactions, readings } = needs
  const kept = drafts(needs.store, needs.now)
  const steps = flow({ faults, interactions, drafts: kept, readings })

  /** Step one where the connection may be installed, else why not. */
  async function showStepOne(ctx: WebContext, facing: Facing): Promise<void> {
    const { request, choices, place } = facing
    const title = `Connect ${choices.connection.name}`
    if (!place) {
      const frame = { frame: 'flow', title, switcher: null, formsMayLeave: true } as const
      return render.screen(ctx, refusedView, nowherePage(facing), frame)
    }
    const submit = { formId: 'flow', action: urls.flowWorkspace(request.uid), enter: null }
    const switcher = switcherOf(choices, place.workspace, submit)
    const frame = { frame: 'flow', title, switcher, formsMayLeave: true } as const
    if (place.may.kind === 'yes') return render.screen(ctx, levelsView, levelsPage(facing, place), frame)
    const owners = await readings.owners(place.workspace.id)
    const model = refusedPage(facing, place, place.may.because, owners, approvalAddress(request.uid, place))
    render.screen(ctx, refusedView, model, frame)
  }

  function approvalAddress(uid: string, place: Place): string | null {
    const helps = mayRequestApproval(place.workspace.placement).kind === 'yes'
    return helps && needs.requestApproval ? needs.requestApproval(uid) : null
  }

  router.get('/install/:uid', async ctx => {
    const facing = await steps.face(ctx)
    if (facing) await showStepOne(ctx, facing)
  })

  // From step one or two: what was ticked stays with the workspace that it was ticked in.
  router.post('/install/:uid/workspace', async ctx => {
    const facing = await steps.face(ctx)
    const form = facing && steps.form(ctx)
    if (!facing || !form) return
    const { request, user, choices } = facing
    const chosen = readUuid(ctx.state.form.get('workspace'))
    const isTheirs = (id: string | null) => choices.workspaces.some(one => one.id === id)
    if (!isTheirs(chosen) || !isTheirs(form.workspaceId)) return faults.refuse(ctx, 'not-a-member')
    const atPages = ctx.state.form.get('step') === 'pages'
    const draft = atPages ? withPicks(facing.draft, form.workspaceId, { ticked: form.ticked }) : facing.draft
    await kept.write(request, user.id, { ...draft, workspaceId: chosen })
    seeOther(ctx, atPages ? urls.flowPages(request.uid) : urls.flow(request.uid))
  })

  router.post('/install/:uid/allow', async ctx => {
    const facing = await steps.face(ctx)
    const form = facing && steps.form(ctx)
    if (!facing || !form) return
    const { request, user, draft, place } = facing
    if (place?.workspace.id !== form.workspaceId) return void steps.elsewhere(ctx)
    const { workspaceId, ticked } = form
    const filled = { ...withPicks(draft, workspaceId, { ticked }), workspaceId }
    await kept.write(request, user.id, filled)
    const [first, ...others] = ticked
    if (!first) {
      ctx.status = 400
      return pages.show(
        ctx,
        { ...facing, draft: filled },
        'Tick at least one page: the connection reaches only what you tick.',
      )
    }
    const outcome = await needs.allowAccess(chosenIn(ctx, facing, workspaceId, [first, ...others]))
    if (outcome.kind === 'allowed') {
      await interactions.finish(ctx, outcome.consent)
      return kept.answered(request.uid, user.id, 'allowed')
    }
    const words = refusals[outcome.code]
    ctx.status = words.status
    if (place.may.kind === 'no') return showStepOne(ctx, facing)
    faults.show(ctx, words, { label: 'Choose pages again', href: urls.flowPages(request.uid) })
  })

  // Also before the sign-in, and for a user who may install nothing.
  router.post('/install/:uid/cancel', async ctx => {
    const request = await interactions.read(ctx)
    if (!request) return void (await steps.over(ctx))
    await interactions.cancel(ctx)
    await kept.answered(request.uid, ctx.state.user?.id ?? null, 'cancelled')
  })

  router.get('/install/:uid/logo', async ctx => {
    const request = await interactions.read(ctx)
    const logo = request && (await readings.logo(request.connectionId))
    if (!logo) return faults.notFound(ctx)
    ctx.set('Cache-Control', 'private, max-age=600')
    ctx.type = logo.type
    ctx.body = logo.bytes
  })

  const pages = picker({ ...needs, flow: steps, drafts: kept })
  router.use(pages.router.routes())
  return {
    router,
    async describe(_ctx, uid) {
      const introduction = await kept.introduction(uid)
      const connection = introduction && (await readings.connection(introduction.connectionId))
      if (!connection) return null
      const { id, name, verified } = connection
      const logo = connection.hasLogo ? urls.flowLogo(uid) : null
      return { connection: { id, name, verified, logo }, loginHint: introduction.loginHint }
    },
  }
}

function chosenIn(
  ctx: WebContext,
  { request, user }: Facing,
  workspaceId: string,
  pages: Chosen['pages'],
): Chosen {
  return {
    connectionId: request.connectionId,
    userId: user.id,
    capabilities: request.capabilities,
    workspaceId,
    pages,
    address: ctx.ip,
    requestId: ctx.state.requestId,
  }
}
