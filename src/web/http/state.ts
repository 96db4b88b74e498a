import type { Middleware, ParameterizedContext } from 'koa'

export type Session = {
  /** Random, 256 bits, in the browser's cookie; the store holds only its SHA-256. */
  id: string
  /** Flows (their uid) for which this account has signed in, the newest last: a flow may ask for a sign-in of its own. */
  signedInFor: readonly string[]
}

/** The signed-in user, read anew for each request, so that it is never out of date. */
export type SignedIn = { id: string; email: string; name: string; avatarUrl: string | null }

/** A developer who acts as a persona of their sandbox. Everywhere but in the hub that persona is the user. */
export type Acting = { persona: SignedIn; developerId: string }

/**
 * The sign-in that a posted form belongs to: the present session, an earlier one of the same account, or another account
 * (also: no sign-in). All three were made in this browser; any other form is refused.
 */
export type FormOrigin = 'this-session' | 'earlier-session' | 'other-account'

/** The values that the middleware before every screen puts into `ctx.state`. */
export type WebState = {
  /** Set for every request of the server; shown on error pages, so that they can be found in the log. */
  requestId: string
  session: Session | null
  user: SignedIn | null
  acting: Acting | null
  /** The posted form; empty for other requests. Repeated fields: `form.getAll(name)`. */
  form: URLSearchParams
  /** Uploaded files by the name of their field; empty unless the form is multipart. */
  files: Map<string, Buffer>
  formOrigin: FormOrigin
  /** The hidden field `csrf` of this screen's forms. */
  csrf: string
}

export type WebContext = ParameterizedContext<WebState>
export type WebMiddleware = Middleware<WebState>
