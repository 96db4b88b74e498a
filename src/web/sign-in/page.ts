import { view } from '../frame/render.ts'
import { type Field, field } from '../kit/field.ts'
import { connectionMark, type Mark } from '../kit/marks.ts'
import { flowOf, urls } from '../urls.ts'

/** The part of a flow that is shown before the sign-in. */
export type FlowDescription = {
  connection: { id: string; name: string; logo: string | null; verified: boolean }
  loginHint: string | null
  /** The partner wants a sign-in made for this very request. */
  mustSignIn: boolean
  /** Of a sign-in, in seconds; null: any. */
  maxAge: number | null
}

export type SignInPage = {
  heading: string
  /** The connection that asks, before a flow. */
  asking: { name: string; mark: Mark; verified: boolean } | null
  /** The fault of the attempt before, if any. */
  problem: string | null
  /** The sign-in at the host product; null: there is none. */
  host: { name: string; action: string } | null
  /** Where the password form posts to; null: there is none. */
  action: string | null
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
  /** The name of the host product that people sign in at. */
  host: string | null
  passwords: boolean
  /** Somebody signed in is asked all the same. */
  prompt: 'login' | null
}): SignInPage {
  const { returnTo, flow, email, problem, host, prompt } = facts
  const uid = flowOf(returnTo)
  return {
    host: host === null ? null : { name: host, action: urls.signInAtHost(returnTo, prompt) },
    action: facts.passwords ? urls.signIn(returnTo) : null,
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
