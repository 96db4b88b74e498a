import Router from '@koa/router'
import type { FlowLayout } from '../frame/layout.ts'
import type { Render } from '../frame/render.ts'
import { flowPolicy } from '../http/security-headers.ts'
import { seeOther } from '../http/see-other.ts'
import type { Sessions } from '../http/session.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { flowOf, localPath, urls } from '../urls.ts'
import { type AttemptNeeds, attemptSignIn, type Outcome } from './attempt.ts'
import { type HostRouteNeeds, type HostSignIn, hostRoutes } from './host-routes.ts'
import type { KnownDevices } from './known-device.ts'
import { type FlowDescription, type SignOutPage, signInPage, signInView, signOutView } from './page.ts'

export type SignInNeeds = AttemptNeeds &
  Omit<HostRouteNeeds, 'host'> & {
    /** The sign-in at the host product; null: there is none. */
    host: HostSignIn | null
    passwords: boolean
    render: Render
    sessions: Sessions
    devices: KnownDevices
    /** Null for a flow that is unknown, over, or another browser's. */
    describeFlow(ctx: WebContext, uid: string): Promise<FlowDescription | null>
  }

export function signIn(needs: SignInNeeds): Router<WebState> {
  const router = new Router<WebState>()
  const show = signInScreen(needs)

  router.get('/sign-in', async ctx => {
    const returnTo = localPath(one(ctx.query.return))
    if (ctx.state.user && !isAskedAgain(ctx, returnTo)) return seeOther(ctx, returnTo)
    await show(ctx, returnTo)
  })

  if (needs.host) hostRoutes(router, { ...needs, host: needs.host })

  router.post('/sign-in', async ctx => {
    if (!needs.passwords) return needs.faults.notFound(ctx)
    const returnTo = localPath(one(ctx.query.return))
    const { form } = ctx.state
    const email = (form.get('email') ?? '').trim()
    // A form that is older than the session never changes the account by itself.
    const signedIn = ctx.state.user?.email ?? null
    if (
      ctx.state.formOrigin !== 'this-session' &&
      signedIn &&
      email.toLowerCase() !== signedIn.toLowerCase()
    ) {
      ctx.status = 409
      const problem = `You are signed in as ${signedIn} meanwhile. To use another account, enter its password again.`
      return show(ctx, returnTo, { email: email.slice(0, 320), problem })
    }
    const outcome = await attemptSignIn(needs, {
      email,
      password: form.get('password') ?? '',
      address: ctx.ip,
      device: needs.devices.find(ctx, email),
    })
    if (outcome.kind !== 'signed-in') {
      if (outcome.kind === 'too-many') ctx.set('Retry-After', String(outcome.waitSeconds))
      ctx.status = statuses[outcome.kind]
      return show(ctx, returnTo, { email: email.slice(0, 320), problem: problemOf(outcome) })
    }
    needs.devices.remember(ctx, email)
    await needs.sessions.start(ctx, outcome.userId, outcome.passwordHash, flowOf(returnTo))
    seeOther(ctx, returnTo)
  })

  // Any page elsewhere could sign a user out by GET (an image is enough), so GET asks and POST does it.
  router.get('/sign-out', ctx => {
    const { user } = ctx.state
    if (!user) return seeOther(ctx, urls.signIn())
    const page: SignOutPage = { name: user.name, email: user.email, back: urls.home }
    needs.render.screen(ctx, signOutView, page, frame('Sign out'))
  })
  router.post('/sign-out', async ctx => {
    await needs.sessions.end(ctx)
    seeOther(ctx, urls.signIn())
  })
  return router
}

/** `prompt` asks a signed-in user too; `login` only until they have signed in for this flow, perhaps in another tab. */
function isAskedAgain(ctx: WebContext, returnTo: string): boolean {
  const prompt = one(ctx.query.prompt)
  if (prompt !== 'login') return prompt === 'select_account'
  const flow = flowOf(returnTo)
  return flow === null || !ctx.state.session?.signedInFor.includes(flow)
}

type Again = { email: string; problem: string }

function signInScreen({ render, describeFlow, host, passwords }: SignInNeeds) {
  return async (ctx: WebContext, returnTo: string, again: Again | null = null) => {
    const uid = flowOf(returnTo)
    const flow = uid === null ? null : await describeFlow(ctx, uid)
    const page = signInPage({
      ...{ returnTo, flow, email: again?.email ?? '', problem: again?.problem ?? null },
      ...{ host: host?.name ?? null, passwords, prompt: isAskedAgain(ctx, returnTo) ? 'login' : null },
    })
    render.screen(ctx, signInView, page, frame('Sign in'))
    // The button ends in a redirect to the host, against which browsers hold form-action.
    if (host) ctx.set('Content-Security-Policy', flowPolicy)
  }
}

function frame(title: string): FlowLayout {
  return { frame: 'flow', title, switcher: null }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

type Failure = Exclude<Outcome, { kind: 'signed-in' }>

const statuses: Record<Failure['kind'], number> = { incomplete: 400, refused: 403, 'too-many': 429 }

function problemOf(failure: Failure): string {
  if (failure.kind === 'incomplete') return 'Enter your e-mail and your password.'
  if (failure.kind === 'refused') return 'That e-mail and password do not match an account.'
  return `There were too many attempts to sign in. Try again in ${timeIn(failure.waitSeconds)}.`
}

function timeIn(seconds: number): string {
  if (seconds < 60) return seconds === 1 ? 'a second' : `${seconds} seconds`
  const minutes = Math.ceil(seconds / 60)
  return minutes === 1 ? 'a minute' : `${minutes} minutes`
}
