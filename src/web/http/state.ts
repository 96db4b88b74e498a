import type { Middleware, ParameterizedContext } from 'koa'

export type Session = {
  /** Random, 256 bits, in the browser's cookie; the store knows its SHA-256 only. */
  id: string
  /** When the password was given: a flow may ask for it anew. */
  startedAt: Date
}

/** Who is signed in; read anew for each request, so that it is never out of date. */
export type SignedIn = { id: string; email: string; name: string; avatarUrl: string | null }

/** A developer who acts as someone of his sandbox. Everywhere but in the hub that persona is the user. */
export type Acting = { persona: SignedIn; developerId: string }

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
  /** What forms of this screen carry in the hidden field `csrf`. */
  csrf: string
}

export type WebContext = ParameterizedContext<WebState>
export type WebMiddleware = Middleware<WebState>
