/**
 * How a screen is answered.
 *
 *   // page.ts: the view's name and its model, tied together
 *   export type SignInPage = { email: Field; … }
 *   export const signInView = view<SignInPage>('sign-in/sign-in')
 *   // routes.ts
 *   render.screen(ctx, signInView, signInPage(…), { frame: 'flow', title: 'Sign in', switcher: null })
 *
 * `screen` puts the view into its layout (layout.ts; views/layout/flow.ejs, place.ejs); `fragment` sends the view alone, for
 * the script to insert into a screen. Set `ctx.status` first when it is not 200. Beside its model, every view has
 * `page.icons` (inlined SVG by name, printed with `<%-`), `page.csrf` (printed by `include('/partials/csrf')` in each form)
 * and `page.urls` for fixed addresses. Views only print; computing belongs in page.ts.
 *
 * The content policy forbids inline styles and scripts: use a class or a data attribute. test/views/<place>.ts has each
 * view's models as cases, and test/views.test.ts prints them all.
 */
import path from 'node:path'
import { root } from '../../root.ts'
import type { Assets } from '../http/assets.ts'
import { flowPolicy } from '../http/security-headers.ts'
import type { WebContext } from '../http/state.ts'
import { type Icons, readIcons } from '../kit/icons.ts'
import { personMark } from '../kit/marks.ts'
import { urls } from '../urls.ts'
import { isInFlow } from './in-flow.ts'
import type { Layout } from './layout.ts'
import { openViews, type Print } from './views.ts'

/** A view file below views/, with the type of its model. */
export type View<Model extends object> = { file: string; model?: Model }

export function view<Model extends object>(file: string): View<Model> {
  return { file }
}

export type Render = {
  screen<Model extends object>(ctx: WebContext, view: View<Model>, model: Model, layout: Layout): void
  fragment<Model extends object>(ctx: WebContext, view: View<Model>, model: Model): void
}

/** The values that every view gets beside its own model. */
export type Surroundings = { icons: Icons; csrf: string; urls: typeof urls }

export function createRender(needs: { assets: { url: Assets['url'] }; print?: Print }): Render {
  const print = needs.print ?? openViews(path.join(root, 'views'))
  const icons = readIcons()
  const assets = {
    css: needs.assets.url('app.css'),
    app: needs.assets.url('app.js'),
    htmx: needs.assets.url('htmx.js'),
    font: needs.assets.url('inter-latin.woff2'),
    icon: needs.assets.url('icon.svg'),
  }
  const surroundings = (ctx: WebContext): Surroundings => ({ icons, csrf: ctx.state.csrf ?? '', urls })

  function answer(ctx: WebContext, html: string): void {
    ctx.type = 'text/html; charset=utf-8'
    ctx.set('Cache-Control', 'no-store')
    ctx.body = html
  }

  return {
    screen(ctx, view, model, layout) {
      const around = surroundings(ctx)
      const content = print(view.file, { ...model, ...around })
      const user = ctx.state.user ?? null
      const account = user && { name: user.name, email: user.email, mark: personMark(user) }
      if (isInFlow(ctx)) ctx.set('Content-Security-Policy', flowPolicy)
      else ctx.set('Cross-Origin-Opener-Policy', 'same-origin')
      const acting = ctx.state.acting?.persona.name ?? null
      const all = { ...layout, ...around, content, account, acting, assets }
      answer(ctx, print(`layout/${layout.frame}`, all))
    },
    fragment(ctx, view, model) {
      answer(ctx, print(view.file, { ...model, ...surroundings(ctx) }))
    },
  }
}
