/** Switches a kind of mail off and on, by the link of a mail alone: its readers need not sign in. */
import Router from '@koa/router'
import type { MailKind } from '../../installs/mail.ts'
import type { Faults } from '../frame/error-pages.ts'
import type { Render } from '../frame/render.ts'
import { readForms } from '../http/forms.ts'
import { seeOther } from '../http/see-other.ts'
import type { WebState } from '../http/state.ts'
import { urls } from '../urls.ts'
import { mailSwitchPage, mailSwitchView } from './page.ts'

export type MailSwitch = { userId: string; kind: MailKind }

type Needs = {
  /** null: no mail of ours had this link. */
  read(token: string): MailSwitch | null
  isOff(userId: string, kind: MailKind): Promise<boolean>
  turn(userId: string, kind: MailKind, to: 'on' | 'off'): Promise<void>
}

export function mailSwitchScreen(needs: Needs & { render: Render; faults: Faults }): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/mail' })
  router.get('/:mail', async ctx => {
    const token = ctx.params.mail!
    const found = needs.read(token)
    if (!found) return needs.faults.notFound(ctx)
    // The link is a credential of its reader.
    ctx.set('Referrer-Policy', 'no-referrer')
    const page = mailSwitchPage(token, found.kind, await needs.isOff(found.userId, found.kind))
    needs.render.screen(ctx, mailSwitchView, page, { frame: 'flow', title: page.heading, switcher: null })
  })
  router.post('/:mail', async ctx => {
    const token = ctx.params.mail!
    const found = needs.read(token)
    const to = ctx.state.form.get('switch')
    if (!found) return needs.faults.notFound(ctx)
    if (to !== 'on' && to !== 'off') return needs.faults.badForm(ctx, 'malformed')
    await needs.turn(found.userId, found.kind, to)
    seeOther(ctx, urls.mailSwitch(token))
  })
  return router
}

/** The button of a mail program (RFC 8058), which has no form token. */
export function mailOneClick(needs: Pick<Needs, 'read' | 'turn'>): Router<WebState> {
  const router = new Router<WebState>()
  const refuse = (ctx: { status: number; body: unknown }) => {
    ctx.status = 400
    ctx.body = 'List-Unsubscribe=One-Click is expected.'
  }
  router.post('/mail/:mail/off', readForms({ refuse }), async ctx => {
    ctx.set('Cache-Control', 'no-store')
    const found = needs.read(ctx.params.mail!)
    if (ctx.state.form.get('List-Unsubscribe') !== 'One-Click') return refuse(ctx)
    if (found) await needs.turn(found.userId, found.kind, 'off')
    ctx.status = found ? 200 : 404
    ctx.body = found ? 'Mails of this kind are off.' : 'This link is no longer valid.'
  })
  return router
}
