/** Signing in at the host product: to its page, and back. */
import type Router from '@koa/router'
import type { Faults } from '../frame/error-pages.ts'
import type { Words } from '../frame/refusals.ts'
import { seeOther } from '../http/see-other.ts'
import type { Sessions, Upstream } from '../http/session.ts'
import type { WebContext, WebState } from '../http/state.ts'
import { flowOf, localPath, urls } from '../urls.ts'
import type { FlowDescription } from './page.ts'

/** How a person comes back from the host. `reason`: for the log alone. */
export type HostAnswer =
  | {
      kind: 'signed-in'
      user: { id: string; passwordHash: string | null }
      returnTo: string
      /** The session at the host, for its logout. */
      upstream?: Upstream
    }
  | {
      kind: 'over' | 'another-browser' | 'unknown-user' | 'refused' | 'away'
      reason: string
      returnTo?: string
    }

export type HostSignIn = {
  /** For the button. */
  name: string
  /** Where the host sends the browser back to. */
  back: '/sign-in/finish' | '/sign-in/callback'
  /** @returns the address at the host. */
  begin(
    ctx: WebContext,
    wanted: Wanted,
  ): Promise<{ kind: 'at'; address: string } | { kind: 'away'; reason: string }>
  finish(ctx: WebContext): Promise<HostAnswer>
}

/** `again`: also somebody who is signed in there signs in once more. */
export type Wanted = { returnTo: string; loginHint: string | null; again: boolean; maxAge: number | null }

export type HostRouteNeeds = {
  host: HostSignIn
  faults: Faults
  sessions: Sessions
  describeFlow(ctx: WebContext, uid: string): Promise<FlowDescription | null>
  noteRefusal(requestId: string, reason: string): void
}

export function hostRoutes(router: Router<WebState>, needs: HostRouteNeeds): void {
  const { host, faults, sessions } = needs

  function refuse(ctx: WebContext, kind: keyof typeof words, reason: string, returnTo: string): void {
    needs.noteRefusal(ctx.state.requestId, reason)
    faults.show(ctx, words[kind](host.name), { label: 'Try again', href: urls.signIn(returnTo) })
  }

  router.post('/sign-in/host', async ctx => {
    const returnTo = localPath(one(ctx.query.return))
    const uid = flowOf(returnTo)
    const flow = uid === null ? null : await needs.describeFlow(ctx, uid)
    const again = one(ctx.query.prompt) === 'login' || flow?.mustSignIn === true
    const wanted = { returnTo, loginHint: flow?.loginHint ?? null, again, maxAge: flow?.maxAge ?? null }
    const begun = await host.begin(ctx, wanted)
    if (begun.kind === 'away') return refuse(ctx, 'away', begun.reason, returnTo)
    seeOther(ctx, begun.address)
  })

  router.get(host.back, async ctx => {
    const answer = await host.finish(ctx)
    if (answer.kind !== 'signed-in')
      return refuse(ctx, answer.kind, answer.reason, answer.returnTo ?? urls.home)
    const { user, returnTo, upstream } = answer
    await sessions.start(ctx, user.id, user.passwordHash, flowOf(returnTo), upstream)
    seeOther(ctx, returnTo)
  })
}

const words = {
  over: () => ({
    status: 410,
    title: 'This sign-in is over',
    sentence: 'It was used already, or its ten minutes are over. You are not signed in by it.',
    next: 'Sign in again.',
  }),
  'another-browser': () => ({
    status: 403,
    title: 'This sign-in began in another browser',
    sentence: 'A sign-in ends in the browser in which it began. You are not signed in by it.',
    next: 'Sign in again in this browser.',
  }),
  'unknown-user': host => ({
    status: 403,
    title: 'You have no account here yet',
    sentence: `${host} signed you in, but your account there is not known here.`,
    next: `Ask whoever runs ${host} to add you, and pass the request id on.`,
  }),
  refused: host => ({
    status: 403,
    title: 'The sign-in did not succeed',
    sentence: `${host} did not sign you in, or its answer could not be trusted.`,
    next: 'Try again. If it keeps happening, pass the request id on to the operator of this service.',
  }),
  away: host => ({
    status: 503,
    title: `${host} does not answer`,
    sentence: 'Signing in happens there, and it cannot be reached just now.',
    next: 'Nothing is lost. Try again in a moment.',
  }),
} satisfies Record<Exclude<HostAnswer['kind'], 'signed-in'>, (host: string) => Words>

function one(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}
