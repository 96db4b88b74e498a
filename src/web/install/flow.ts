/** The start of every step of the flow: the request, the user, and the choices so far. */
import { hash } from 'node:crypto'
import type { Faults } from '../frame/error-pages.ts'
import type { Words } from '../frame/refusals.ts'
import { seeOther } from '../http/see-other.ts'
import type { SignedIn, WebContext } from '../http/state.ts'
import { isFragment, lead } from '../picker/controls.ts'
import type { Answered, Draft, Drafts } from '../picker/draft.ts'
import { type PickerForm, readPickerForm, tickLimit } from '../picker/form.ts'
import { urls } from '../urls.ts'
import { answeredPage } from './answered.ts'
import { type ChosenWorkspace, chooseWorkspace } from './chosen-workspace.ts'
import type { Interactions, WaitingRequest } from './interactions.ts'
import type { InstallChoices, InstallReadings } from './readings.ts'

/** A user who has signed in, at a request that waits. */
export type Arrival = { request: WaitingRequest; user: SignedIn; draft: Draft }
/** With all choices; `chosen` is null for a user without a workspace. */
export type FlowState = Arrival & { choices: InstallChoices; chosen: ChosenWorkspace | null }

export type Flow = ReturnType<typeof flow>

export function flow(needs: {
  faults: Faults
  interactions: Interactions
  drafts: Drafts
  readings: InstallReadings
}) {
  const { interactions, drafts, faults } = needs

  /** The sign-in is a screen of its own, also when the script asked for a fragment. */
  async function toSignIn(ctx: WebContext, request: WaitingRequest): Promise<null> {
    await drafts.introduce(request)
    const to = urls.signIn(urls.flow(request.uid), ctx.state.user ? 'login' : undefined)
    if (ctx.get('HX-Request') === 'true') {
      ctx.set('HX-Redirect', to)
      ctx.status = 204
    } else seeOther(ctx, to)
    return null
  }

  /** Shows that the request is over, and how it ended. */
  async function over(ctx: WebContext): Promise<null> {
    const uid = uidOf(ctx)
    if (isFragment(ctx)) {
      lead(ctx, urls.flow(uid))
      return null
    }
    const answered = await drafts.answerOf(uid, ctx.state.user?.id ?? null)
    if (!answered) {
      faults.show(ctx, stale, null)
      return null
    }
    const connection = await needs.readings.connection(answered.connectionId)
    if (isSamePress(ctx, answered) && (await interactions.repeat(ctx))) return null
    const { words, action } = answeredPage(answered, connection?.name ?? null)
    faults.show(ctx, words, action)
    return null
  }

  /** The form was filled in by another account, or before the sign-in. */
  function showOtherAccount(ctx: WebContext, user: SignedIn): null {
    const to = urls.flow(uidOf(ctx))
    if (isFragment(ctx)) lead(ctx, to)
    else faults.show(ctx, otherAccount, { label: `Go on as ${user.name}`, href: to })
    return null
  }

  return {
    lead,
    over,

    /** Null: answered already, with a page or a redirect to the sign-in. */
    async arrive(ctx: WebContext): Promise<Arrival | null> {
      const request = await interactions.read(ctx)
      if (!request) return over(ctx)
      const { user, session, formOrigin } = ctx.state
      const isSignedIn = !request.mustSignIn || session?.signedInFor.includes(request.uid)
      if (!user || !isSignedIn) return toSignIn(ctx, request)
      if (formOrigin === 'other-account') return showOtherAccount(ctx, user)
      return { request, user, draft: await drafts.read(request, user.id) }
    },

    /** The same, with the choices. */
    async load(ctx: WebContext): Promise<FlowState | null> {
      const arrival = await this.arrive(ctx)
      if (!arrival) return null
      const { request, user, draft } = arrival
      const choices = await needs.readings.choices(user.id, request.connectionId)
      if (!choices) return over(ctx)
      return {
        ...arrival,
        choices,
        chosen: chooseWorkspace(choices, draft.workspaceId, request.workspaceHint),
      }
    },

    /** The posted form; null: answered with a page that says what is wrong with it. */
    form(ctx: WebContext): PickerForm | null {
      const form = readPickerForm(ctx.state.form)
      if (!('problem' in form)) return form
      if (form.problem === 'malformed') faults.badForm(ctx, 'malformed')
      else faults.show(ctx, tooMany, { label: 'Choose pages', href: urls.flowPages(uidOf(ctx)) })
      return null
    },

    /** The form was filled in for another workspace than the one that is chosen now. */
    elsewhere(ctx: WebContext): null {
      const to = urls.flow(uidOf(ctx))
      if (isFragment(ctx)) lead(ctx, to)
      else faults.show(ctx, switched, { label: 'Go on with the workspace chosen now', href: to })
      return null
    },
  }
}

/** *Allow access* once more on the same form, as people do while the partner's callback is slow. */
function isSamePress(ctx: WebContext, { press }: Answered): boolean {
  if (press === null || ctx.state.formOrigin !== 'this-session' || !/\/allow\/?$/i.test(ctx.path))
    return false
  const form = readPickerForm(ctx.state.form)
  return !('problem' in form) && pressOf(form) === press
}

/** Tells one choice on the picker's form from another. */
export function pressOf({ workspaceId, ticked }: PickerForm): string {
  return hash('sha256', JSON.stringify([workspaceId, ...ticked.toSorted()]), 'base64url')
}

/** The flow's id, encoded: it comes from the request as it is, and is printed in addresses and headers. */
export function uidOf(ctx: WebContext): string {
  return encodeURIComponent((ctx as unknown as { params: { uid: string } }).params.uid)
}

const stale: Words = {
  status: 410,
  title: 'This request is over',
  sentence:
    'It was answered already, its time has run out, or it was begun in another browser. Opening it made no changes.',
  next: 'Go back to the application that you want to connect, and start again there.',
}

const switched: Words = {
  status: 400,
  title: 'Another workspace is chosen now',
  sentence:
    'The form was filled in for one workspace, and meanwhile another was chosen, perhaps in another tab. No access was allowed.',
  next: 'Pages of one workspace are never carried into another.',
}

const otherAccount: Words = {
  status: 403,
  title: 'Another account is signed in now',
  sentence:
    'This page was opened with another account, and meanwhile somebody signed in anew. No access was allowed.',
  next: 'Go on with the account that is signed in now, or sign in with the other one again.',
}

/** On a form that was filled in before the member signed in again. */
export const signedInAgain =
  'You have signed in again since this page was opened. The form was not sent yet: look once more, and press again.'

const tooMany: Words = {
  status: 413,
  title: 'That is too many pages one by one',
  sentence: `Up to ${new Intl.NumberFormat('en').format(tickLimit)} pages can be ticked one by one. No access was allowed.`,
  next: 'Tick a page above them instead: it includes everything below it.',
}
