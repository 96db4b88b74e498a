import type { Middleware, ParameterizedContext } from 'koa'

export type Session = {
  /** Random, 256 bits, in the browser's cookie; the store knows its SHA-256 only. */
  id: string
  /** Flows (their uid) for which this account has signed in, the newest last: a flow may ask for a sign-in of its own. */
  signedInFor: readonly string[]
}

/** Who is signed in; read anew for each request, so that it is never out of date. */
export type SignedIn = { id: string; email: string; name: string; avatarUrl: string | null }

/** A developer who acts as someone of his sandbox. Everywhere but in the hub that persona is the user. */
export type Acting = { persona: SignedIn; developerId: string }

/**
 * The sign-in that a posted form belongs to: the present one, an earlier one of the same account, or that of another account
 * or of nobody. All three were made in this browser; others do not come through.
 */
export type FormOrigin = 'this-session' | 'earlier-session' | 'other-account'

/** What the steps in front of every screen leave in `ctx.state`. */
export type WebState = {
  /** Set for every request of the server; shown on faults, so that they can be found in the log. */
  requestId: string
  session: Session | null
  user: SignedIn | null
  acting: Acting | null
  /** The posted form; empty for other requests. Repeated fields: `form.getAll(name)`. */
  form: URLSearchParams
  /** Uploaded files by the name of their field; empty for forms that are no multipart. */
  files: Map<string, Buffer>
  formOrigin: FormOrigin
  /** The hidden field `csrf` of this screen's forms. */
  csrf: string
}

export type WebContext = ParameterizedContext<WebState>
export type WebMiddleware = Middleware<WebState>
