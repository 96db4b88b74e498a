import Router from '@koa/router'
import type { FlowLayout } from '../layout.ts'
import type { Render } from '../render.ts'
import { seeOther } from '../see-other.ts'
import type { Sessions } from '../session.ts'
import type { SignedIn, WebContext, WebState } from '../state.ts'
import { flowOf, localPath, urls } from '../urls.ts'
import { type FlowDescription, type SignOutPage, signInPage, signInView, signOutView } from './page.ts'
import type { Throttle } from './throttle.ts'

export type SignInNeeds = {
  render: Render
  sessions: Sessions
  throttle: Throttle
  users: {
    byEmail(
      email: string,
    ): Promise<{ user: SignedIn & { disabled: boolean }; passwordHash: string | null } | null>
  }
  /** Compares also when there is no hash, so that both cases take the same time. */
  passwordMatches(passwordHash: string | null, password: string): Promise<boolean>
  /** null when the flow is unknown, over, or not this browser's. */
  describeFlow(ctx: WebContext, uid: string): Promise<FlowDescription | null>
}

/** The same for an unknown user, a wrong password, and a disabled account. */
const refusedSentence = 'That e-mail and password do not match an account.'

export function signIn(needs: SignInNeeds): Router<WebState> {
  const router = new Router<WebState>()
  const { render, sessions } = needs

  async function show(ctx: WebContext, returnTo: string, again?: { email: string; problem: string }) {
    const uid = flowOf(returnTo)
    const flow = uid && (await needs.describeFlow(ctx, uid))
    const page = signInPage({
      returnTo,
      flow: flow || null,
      email: again?.email ?? '',
      problem: again?.problem ?? null,
    })
    render.screen(ctx, signInView, page, frame('Sign in', uid !== null))
  }

  // In front of a flow the form is shown also to the signed-in: the partner may ask for the password anew.
  router.get('/sign-in', async ctx => {
    const returnTo = localPath(one(ctx.query.return))
    if (ctx.state.user && flowOf(returnTo) === null) return seeOther(ctx, returnTo)
    await show(ctx, returnTo)
  })

  router.post('/sign-in', async ctx => {
    const returnTo = localPath(one(ctx.query.return))
    const { form } = ctx.state
    const email = (form.get('email') ?? '').trim()
    const password = form.get('password') ?? ''
    if (email === '' || password === '') {
      ctx.status = 400
      return show(ctx, returnTo, { email, problem: 'Enter your e-mail and your password.' })
    }
    // A password is hashed whole: without a bound its length would be a way to keep us busy.
    if (email.length > 320 || password.length > 1_000) {
      ctx.status = 403
      return show(ctx, returnTo, { email: '', problem: refusedSentence })
    }
    const wait = await needs.throttle.attempt(email, ctx.ip)
    if (wait !== null) {
      ctx.status = 429
      ctx.set('Retry-After', String(wait))
      return show(ctx, returnTo, { email, problem: tooMany(wait) })
    }
    const found = await needs.users.byEmail(email)
    const matches = await needs.passwordMatches(found?.passwordHash ?? null, password)
    if (!found || !matches || found.user.disabled) {
      ctx.status = 403
      return show(ctx, returnTo, { email, problem: refusedSentence })
    }
    await needs.throttle.succeeded(email)
    await sessions.start(ctx, found.user.id)
    seeOther(ctx, returnTo)
  })

  // Signing out by GET would let any page elsewhere do it (an image is enough): GET asks, POST does.
  router.get('/sign-out', ctx => {
    const { user } = ctx.state
    if (!user) return seeOther(ctx, urls.signIn())
    const page: SignOutPage = { name: user.name, email: user.email, back: urls.home }
    render.screen(ctx, signOutView, page, frame('Sign out', false))
  })
  router.post('/sign-out', async ctx => {
    await sessions.end(ctx)
    seeOther(ctx, urls.signIn())
  })
  return router
}

function frame(title: string, formsMayLeave: boolean): FlowLayout {
  return { frame: 'flow', title, switcher: null, formsMayLeave }
}

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function tooMany(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  const time = seconds < 60 ? `${seconds} seconds` : minutes === 1 ? 'a minute' : `${minutes} minutes`
  return `There were too many attempts to sign in. Try again in ${time}.`
}
