import { randomUUID } from 'node:crypto'
import Router from '@koa/router'
import type { Creation, createConnection } from '../../../installs/actions/create-connection.ts'
import type { Registered } from '../../../installs/actions/register-connection.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { ConnectionSettings, SettingsFault } from '../../../installs/registration.ts'
import type { Faults } from '../../frame/error-pages.ts'
import type { Render } from '../../frame/render.ts'
import type { OnePress } from '../../http/double-submit.ts'
import { userOf } from '../../http/require-sign-in.ts'
import { seeOther } from '../../http/see-other.ts'
import type { ShownOnce } from '../../http/shown-once.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { developersLayout } from '../frame/head.ts'
import type { HourlyRateLimit } from '../frame/hourly-rate-limit.ts'
import { readSettings } from '../settings/form.ts'
import { createPage, createView, firstSettings, kindsPage, kindsView } from './page.ts'
import type { CreateReadings } from './readings.ts'
import { openTo, whyNot } from './target-workspaces.ts'

type Kind = 'public' | 'internal'
const titles: Record<Kind, string> = {
  public: 'New public connection',
  internal: 'New internal connection',
}

export function developersCreate(
  needs: CreateReadings & {
    render: Render
    faults: Faults
    once: ShownOnce
    create: ReturnType<typeof createConnection>
    rateLimit: HourlyRateLimit
    onePress: OnePress
  },
): Router<WebState> {
  const router = new Router<WebState>()
  const { render, faults } = needs

  async function show(
    ctx: WebContext,
    kind: Kind,
    filled: { workspaceId: string | null; settings: ConnectionSettings; faults: SettingsFault[] },
  ): Promise<void> {
    const user = userOf(ctx)
    const workspaces = await needs.targetWorkspaces(user.id)
    const cannot = whyNot(user.id, workspaces)
    const frame = developersLayout(titles[kind], [{ label: titles[kind], href: null }])
    if (cannot) {
      ctx.status = 403
      return render.screen(ctx, kindsView, kindsPage(cannot), frame)
    }
    render.screen(
      ctx,
      createView,
      createPage({ kind, workspaces: openTo(user.id, workspaces), form: randomUUID(), ...filled }),
      frame,
    )
  }

  router.get(urls.developersNew(), async ctx => {
    const user = userOf(ctx)
    const cannot = whyNot(user.id, await needs.targetWorkspaces(user.id))
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
      const read = readSettings(ctx.state.form, kind)
      const settings = read && { ...read, jwks: null }
      const workspaceId = readUuid(ctx.state.form.get('workspace'))
      if (!settings || !workspaceId) return faults.badForm(ctx, 'malformed')
      const creation = { ...settings, kind, workspaceId, userId: user.id }
      const form = readUuid(ctx.state.form.get('form'))
      const to = form
        ? await needs.onePress([form, JSON.stringify(creation)], () => createOnce(ctx, creation))
        : await createOnce(ctx, creation)
      if (to) seeOther(ctx, to)
    })
  }

  /** @returns the address of the new connection; null if the reason against it is answered already. */
  async function createOnce(ctx: WebContext, creation: Creation): Promise<string | null> {
    const { userId, kind, workspaceId } = creation
    if (await needs.rateLimit(ctx, userId)) return null
    const outcome = await needs.create(creation, { address: ctx.ip, requestId: ctx.state.requestId })
    if (outcome.kind === 'registered') return addressOf(userId, outcome)
    if (outcome.kind === 'refused') faults.refuse(ctx, outcome.code)
    else {
      ctx.status = 400
      const filled = { workspaceId, settings: creation, faults: outcome.faults as SettingsFault[] }
      await show(ctx, kind, filled)
    }
    return null
  }

  /** The overview, which shows the new secret or token once. */
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
