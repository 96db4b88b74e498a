import { view } from '../frame/render.ts'
import { type Field, field } from '../kit/field.ts'
import { connectionMark, type Mark } from '../kit/marks.ts'
import { flowOf, urls } from '../urls.ts'

/** The part of a flow that is shown before the sign-in. */
export type FlowDescription = {
  connection: { id: string; name: string; logo: string | null; verified: boolean }
  loginHint: string | null
}

export type SignInPage = {
  action: string
  heading: string
  /** The connection that asks, before a flow. */
  asking: { name: string; mark: Mark; verified: boolean } | null
  /** The fault of the attempt before, if any. */
  problem: string | null
  email: Field
  password: Field
  /** The address that Cancel posts to, in a flow. */
  cancel: string | null
}
export const signInView = view<SignInPage>('sign-in/sign-in')

/** `returnTo` is an address of ours (see localPath). */
export function signInPage(facts: {
  returnTo: string
  flow: FlowDescription | null
  email: string
  problem: string | null
}): SignInPage {
  const { returnTo, flow, email, problem } = facts
  const uid = flowOf(returnTo)
  return {
    action: urls.signIn(returnTo),
    heading: flow ? `Sign in to connect ${flow.connection.name}` : 'Sign in',
    asking: flow && {
      name: flow.connection.name,
      mark: connectionMark(flow.connection),
      verified: flow.connection.verified,
    },
    problem,
    email: field('email', 'Email', {
      type: 'email',
      value: email || (flow?.loginHint ?? ''),
      autocomplete: 'username',
      required: true,
      autofocus: email === '' && !flow?.loginHint,
    }),
    password: field('password', 'Password', {
      type: 'password',
      autocomplete: 'current-password',
      required: true,
      autofocus: email !== '' || Boolean(flow?.loginHint),
    }),
    cancel: uid && urls.flowCancel(uid),
  }
}

export type SignOutPage = { name: string; email: string; back: string }
export const signOutView = view<SignOutPage>('sign-in/sign-out')
