import { hash, randomBytes } from 'node:crypto'
import { urls } from '../urls.ts'
import type { Acting, Session, SignedIn, WebContext, WebMiddleware } from './state.ts'

export type SessionNeeds = {
  store: {
    write(key: string, value: string, seconds: number): Promise<void>
    /** Reads and gives the key its whole time again; a removed key stays removed. */
    renew(key: string, seconds: number): Promise<string | null>
    /** Writes only where something stands; false when nothing did. */
    replace(key: string, value: string, seconds: number): Promise<boolean>
    remove(...keys: string[]): Promise<void>
  }
  users: {
    byId(id: string): Promise<(SignedIn & { disabled: boolean; passwordHash: string | null }) | null>
    /** The persona, if it lives in this developer's sandbox. */
    personaOf(personaId: string, developerId: string): Promise<SignedIn | null>
  }
  /** Behind https the cookie is `__Host-` prefixed: no other host of the domain can set it. */
  secure: boolean
  now(): Date
}

/** Flows of one session that are remembered; one that is forgotten asks for the password again. */
const maxFlows = 20
/** Without a request for this long one is signed out; in any case after the second. */
const idleSeconds = 8 * 3600
const absoluteMs = 30 * 86_400_000

/**
 * A session in the store. `password`: a mark of the one that was given, so that another one ends the session. `persona`: the
 * one as whom a developer acts. `flows`: see `Session.signedInFor`.
 */
type Kept = { userId: string; startedAt: number; password: string; persona?: string; flows?: string[] }

/** Tells one password's hash from the next one's. */
const markOf = (passwordHash: string | null) => hash('sha256', passwordHash ?? '', 'base64url')

const signedIn = ({ id, email, name, avatarUrl }: SignedIn): SignedIn => ({ id, email, name, avatarUrl })
const keyOf = (id: string) => `session:${hash('sha256', id, 'base64url')}`

export type Sessions = ReturnType<typeof sessions>

/** Our own sessions. Emptying the store signs people out, and costs nothing else. */
export function sessions(needs: SessionNeeds) {
  const cookie = needs.secure ? '__Host-latchkey' : 'latchkey'
  const attributes = { httpOnly: true, sameSite: 'lax', secure: needs.secure, path: '/' } as const

  type Found = { session: Session; kept: Kept; user: SignedIn; acting: Acting | null }

  async function find(ctx: WebContext): Promise<Found | null> {
    const id = ctx.cookies.get(cookie)
    if (!id || !/^[\w-]{43}$/.test(id)) return null
    const stored = await needs.store.renew(keyOf(id), idleSeconds)
    if (stored === null) return null
    const kept = JSON.parse(stored) as Kept
    const { userId, startedAt, persona } = kept
    const user = needs.now().getTime() - startedAt < absoluteMs ? await needs.users.byId(userId) : null
    if (!user || user.disabled || kept.password !== markOf(user.passwordHash)) {
      await needs.store.remove(keyOf(id))
      return null
    }
    const session = { id, signedInFor: kept.flows ?? [] }
    // A persona whose sandbox was removed is nobody: the developer is himself again.
    const acts = persona ? await needs.users.personaOf(persona, user.id) : null
    if (!acts) return { session, kept, user: signedIn(user), acting: null }
    // As the router sees it, for which upper and lower case are one.
    const path = ctx.path.toLowerCase()
    const isHub = path === urls.developers || path.startsWith(`${urls.developers}/`)
    const acting = { persona: signedIn(acts), developerId: user.id }
    return { session, kept, user: signedIn(isHub ? user : acts), acting }
  }

  const load: WebMiddleware = async (ctx, next) => {
    const found = await find(ctx)
    ctx.state.session = found?.session ?? null
    ctx.state.user = found?.user ?? null
    ctx.state.acting = found?.acting ?? null
    return next()
  }

  return {
    load,
    secure: needs.secure,

    /** For those outside of the screens, in front of whose routes `load` does not stand. */
    async signedIn(ctx: WebContext): Promise<boolean> {
      return (await find(ctx)) !== null
    },

    /**
     * A new session with an id of its own: one that was known before signing in is worth nothing after.
     * @param passwordHash of the password that was given.
     * @param flow the one that the sign-in was made for; null: none.
     */
    async start(
      ctx: WebContext,
      userId: string,
      passwordHash: string | null,
      flow: string | null = null,
    ): Promise<void> {
      const before = await find(ctx)
      if (before) await needs.store.remove(keyOf(before.session.id))
      const earlier = before?.kept.userId === userId ? before.session.signedInFor : []
      const flows = [...earlier, ...(flow ? [flow] : [])].slice(-maxFlows)
      const id = randomBytes(32).toString('base64url')
      const startedAt = needs.now().getTime()
      const kept: Kept = { userId, startedAt, password: markOf(passwordHash), flows }
      await needs.store.write(keyOf(id), JSON.stringify(kept), idleSeconds)
      ctx.cookies.set(cookie, id, attributes)
      ctx.state.session = { id, signedInFor: flows }
      ctx.state.acting = null
    },

    /**
     * Everywhere but in the hub the developer is this persona of his from the next request on; null: himself again. Who is no
     * persona of his never becomes anybody: that is asked with each request. A session that was ended meanwhile stays ended.
     */
    async actAs(ctx: WebContext, personaId: string | null): Promise<void> {
      const found = await find(ctx)
      if (!found) return
      const { persona: _before, ...kept } = found.kept
      const value: Kept = personaId ? { ...kept, persona: personaId } : kept
      await needs.store.replace(keyOf(found.session.id), JSON.stringify(value), idleSeconds)
    },

    /** Whose browser this is, for those outside of the screens; null: nobody is signed in. */
    async current(ctx: WebContext): Promise<{ session: Session; developerId: string } | null> {
      const found = await find(ctx)
      return found && { session: found.session, developerId: found.acting?.developerId ?? found.user.id }
    },

    async end(ctx: WebContext): Promise<void> {
      if (ctx.state.session) await needs.store.remove(keyOf(ctx.state.session.id))
      ctx.cookies.set(cookie, null, attributes)
      ctx.state.session = null
      ctx.state.user = null
      ctx.state.acting = null
    },
  }
}
