/** The screens: composes the steps that stand in front of each, and the folders that answer. */
import Router from '@koa/router'
import type { Middleware } from 'koa'
import compose from 'koa-compose'
import type { Limits } from '../installs/rate-limits.ts'
import { schemaRoute } from './developers/manifest/routes.ts'
import { type Trials, trials } from './developers/playground/trials.ts'
import { type DevelopersNeeds, developers, type HubNeeds } from './developers/routes.ts'
import { type Fault, type Faults, faults } from './frame/error-pages.ts'
import { createRender, type Render } from './frame/render.ts'
import { workspaceGate } from './frame/workspace-gate.ts'
import type { GalleryReadings } from './gallery/readings.ts'
import { gallery } from './gallery/routes.ts'
import { home } from './home/routes.ts'
import { readAssets } from './http/assets.ts'
import { csrf } from './http/csrf.ts'
import { readForms } from './http/forms.ts'
import { type HealthNeeds, health } from './http/health.ts'
import { securityHeaders } from './http/security-headers.ts'
import { type SessionNeeds, type Sessions, sessions } from './http/session.ts'
import type { WebContext, WebState } from './http/state.ts'
import { type InstallNeeds, install } from './install/routes.ts'
import { type PagesNeeds, pages } from './pages/routes.ts'
import { type SettingsNeeds, settings } from './settings/settings.ts'
import { signInRateLimit } from './sign-in/rate-limit.ts'
import { type SignInNeeds, signIn } from './sign-in/routes.ts'

export type WebNeeds = {
  /** The public base address, without a trailing slash. */
  issuer: string
  secretKeys: readonly Buffer[]
  /** Is there a demo partner to try? */
  demo(): Promise<boolean>
  shortLived: SessionNeeds['store'] & InstallNeeds['store'] & DevelopersNeeds['store']
  limits: Limits
  users: SessionNeeds['users'] &
    SignInNeeds['users'] & { workspacesOf(userId: string): Promise<{ id: string }[]> }
  passwordMatches: SignInNeeds['passwordMatches']
  /** What the screens of the flow stand on. */
  install: Omit<InstallNeeds, 'render' | 'faults' | 'store' | 'now'>
  settings: SettingsNeeds
  gallery: GalleryReadings
  pages: Omit<PagesNeeds, 'render' | 'faults' | 'gate'>
  developers: HubNeeds
  health: HealthNeeds['parts']
}

export type Web = {
  /** Answers the screens' own addresses and the assets; passes on everything else. */
  middleware: Middleware
  /** Stands in front of everything: headers that every answer carries. */
  headers: Middleware
  /** Last of all: a page that says that there is nothing. */
  notFound: Middleware
  /** Shows what broke, and whether nothing of it can stand; or a fault in words of the caller's. */
  broken(ctx: unknown, takenBack: boolean): void
  renderFault(ctx: unknown, fault: Fault): void
  /** Does the request come from a browser that is signed in? */
  signedIn(ctx: unknown): Promise<boolean>
  /** Is this the state of a trial that this browser's developer began for this connection, and that is not over? */
  isTrial(ctx: unknown, state: string, connectionId: string): Promise<boolean>
}

export function createWeb(needs: WebNeeds): Web {
  const secure = needs.issuer.startsWith('https://')
  const assets = readAssets()
  const render = createRender({ assets })
  const shown: Faults = faults(render)
  const session = sessions({ store: needs.shortLived, users: needs.users, secure, now: () => new Date() })
  const begun = trials({ store: needs.shortLived, secretKeys: needs.secretKeys, sessions: session })
  const forms = csrf({ secretKeys: needs.secretKeys, secure, refuse: ctx => shown.foreignForm(ctx) })

  // Router-level steps run only where one of the routes answers, so other wings' bodies are left alone.
  const screens = new Router<WebState>()
  screens.use(session.load, readForms({ refuse: (ctx, problem) => shown.badForm(ctx, problem) }), forms.check)
  for (const section of sections(needs, { render, faults: shown, session, begun }))
    screens.use(section.routes())

  return {
    headers: compose([securityHeaders(secure), secureCookies(secure)]),
    middleware: compose([
      assets.serve,
      health({ parts: needs.health }).routes() as unknown as Middleware,
      schemaRoute(needs.issuer).routes() as unknown as Middleware,
      screens.routes() as unknown as Middleware,
    ]),
    notFound: async ctx => shown.notFound(ctx as WebContext),
    broken: (ctx, takenBack) => shown.broken(ctx as WebContext, takenBack),
    renderFault: (ctx, fault) => shown.render(ctx as WebContext, fault),
    signedIn: ctx => session.signedIn(ctx as WebContext),
    isTrial: (ctx, state, connectionId) => begun.isUnderWay(ctx as WebContext, state, connectionId),
  }
}

/** Every folder that answers, in the order of the flow, the settings, the pages and the developers. */
function sections(
  needs: WebNeeds,
  parts: { render: Render; faults: Faults; session: Sessions; begun: Trials },
): Router<WebState>[] {
  const { render, faults, session, begun } = parts
  const now = () => new Date()
  const flow = install({ ...needs.install, render, faults, store: needs.shortLived, now })
  return [
    home({ render, workspacesOf: needs.users.workspacesOf, demo: needs.demo }),
    signIn({
      render,
      sessions: session,
      rateLimit: signInRateLimit(needs.limits),
      users: needs.users,
      passwordMatches: needs.passwordMatches,
      describeFlow: flow.describe,
    }),
    flow.router,
    ...settings({ ...needs.settings, render, faults, now }),
    gallery({ ...needs.settings, render, faults, readings: needs.gallery }),
    pages({
      ...needs.pages,
      render,
      faults,
      gate: workspaceGate({ ...needs.settings, faults }),
    }),
    developers({
      ...needs.developers,
      ...{ render, faults, now, limits: needs.limits, store: needs.shortLived },
      ...{ issuer: needs.issuer, secretKeys: needs.secretKeys, trials: begun, sessions: session },
    }),
  ]
}

/** Behind a proxy that ends TLS the request looks plain; cookies are secure because the public address is. */
function secureCookies(secure: boolean): Middleware {
  return (ctx, next) => {
    if (secure) ctx.cookies.secure = true
    return next()
  }
}
