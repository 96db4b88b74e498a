import Router from '@koa/router'
import type { createConnection } from '../../../installs/actions/create-connection.ts'
import type { Registered } from '../../../installs/actions/register-connection.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { ConnectionSettings, SettingsFault } from '../../../installs/registration.ts'
import type { Faults } from '../../faults.ts'
import type { Render } from '../../render.ts'
import { seeOther } from '../../see-other.ts'
import type { ShownOnce } from '../../shown-once.ts'
import { userOf } from '../../signed-in.ts'
import type { WebContext, WebState } from '../../state.ts'
import { urls } from '../../urls.ts'
import { developersLayout } from '../frame/head.ts'
import type { HourlyLimit } from '../frame/too-often.ts'
import { readSettings } from '../settings/form.ts'
import { createPage, createView, firstSettings, kindsPage, kindsView } from './page.ts'
import { openPlaces, type PlaceToCreate, whyNot } from './places.ts'

export type CreateScreenNeeds = {
  render: Render
  faults: Faults
  once: ShownOnce
  places(userId: string): Promise<PlaceToCreate[]>
  create: ReturnType<typeof createConnection>
  tooOften: HourlyLimit
}

type Kind = 'public' | 'internal'
const titles: Record<Kind, string> = {
  public: 'New public connection',
  internal: 'New internal connection',
}

export function developersCreate(needs: CreateScreenNeeds): Router<WebState> {
  const router = new Router<WebState>()
  const { render, faults } = needs

  async function show(
    ctx: WebContext,
    kind: Kind,
    filled: { workspaceId: string | null; settings: ConnectionSettings; faults: SettingsFault[] },
  ): Promise<void> {
    const user = userOf(ctx)
    const places = await needs.places(user.id)
    const cannot = whyNot(user.id, places)
    const frame = developersLayout(titles[kind], [{ label: titles[kind], href: null }])
    if (cannot) {
      ctx.status = 403
      return render.screen(ctx, kindsView, kindsPage(cannot), frame)
    }
    render.screen(
      ctx,
      createView,
      createPage({ kind, places: openPlaces(user.id, places), ...filled }),
      frame,
    )
  }

  router.get(urls.developersNew(), async ctx => {
    const user = userOf(ctx)
    const cannot = whyNot(user.id, await needs.places(user.id))
    const frame = developersLayout('New connection', [{ label: 'New connection', href: null }])
    render.screen(ctx, kindsView, kindsPage(cannot), frame)
  })

  for (const kind of ['public', 'internal'] as const) {
    router.get(urls.developersNew(kind), ctx =>
      show(ctx, kind, {
        workspaceId: readUuid(ctx.query.workspace),
        settings: firstSettings,
        faults: [],
      }),
    )

    router.post(urls.developersNew(kind), async ctx => {
      const user = userOf(ctx)
      const settings = readSettings(ctx.state.form, kind)
      const workspaceId = readUuid(ctx.state.form.get('workspace'))
      if (!settings || !workspaceId) return faults.badForm(ctx, 'malformed')
      if (await needs.tooOften(ctx, user.id)) return
      const from = { address: ctx.ip, requestId: ctx.state.requestId }
      const outcome = await needs.create({ ...settings, kind, workspaceId, userId: user.id }, from)
      if (outcome.kind === 'refused') return faults.refuse(ctx, outcome.code)
      if (outcome.kind === 'registered') return seeOther(ctx, await addressOf(user.id, outcome))
      ctx.status = 400
      await show(ctx, kind, { workspaceId, settings, faults: outcome.faults as SettingsFault[] })
    })
  }

  /** The overview, with the secret or token to be shown there once. */
  async function addressOf(userId: string, { connection, secret, token }: Registered): Promise<string> {
    const address = `${urls.developersConnection(connection.id)}?said=created`
    const value = secret ?? token
    if (value === null) return address
    const label = secret ? 'Client secret' : 'Internal token'
    const key = await needs.once.keep({ userId, connectionId: connection.id }, { label, value })
    return `${address}&shown=${key}`
  }
  return router
}
