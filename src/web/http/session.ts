import { hash, randomBytes } from 'node:crypto'
import { urls } from '../urls.ts'
import type { Acting, Session, SignedIn, WebContext, WebMiddleware } from './state.ts'

/** Flows remembered for each session; an older one asks for the password again. */
const maxFlows = 20
/** A session ends after this long without a request, and in any case after `absoluteMs`. */
const idleSeconds = 8 * 3600
const absoluteMs = 30 * 86_400_000

/**
 * A session in the store. `password`: a fingerprint of the password that was given, so that a new password ends the session.
 * `persona`: the one that a developer acts as. `flows`: see `Session.signedInFor`.
 */
type Kept = {
  userId: string
  startedAt: number
  password: string
  persona?: string
  flows?: string[]
  upstream?: Upstream
}

/** A session at the host's OpenID provider, for its logout; `sid` null: the provider names none. */
export type Upstream = { sid: string | null; sub: string }
/** By the session, or all of a subject that began before a moment (in ms since 1970). */
export type EndedUpstream = { sid: string } | { sub: string; at: number }
const sidKey = (sid: string) => `host-session-ended:${hash('sha256', sid, 'base64url')}`
const subKey = (sub: string) => `host-subject-ended:${hash('sha256', sub, 'base64url')}`

/** Tells one password hash from the next. */
const markOf = (passwordHash: string | null) => hash('sha256', passwordHash ?? '', 'base64url')

const signedIn = ({ id, email, name, avatarUrl }: SignedIn): SignedIn => ({ id, email, name, avatarUrl })
const keyOf = (id: string) => `session:${hash('sha256', id, 'base64url')}`

export type Sessions = ReturnType<typeof sessions>

/** Our own sessions. Emptying the store signs everyone out, and has no other effect. */
export function sessions(needs: {
  store: {
    read(key: string): Promise<string | null>
    write(key: string, value: string, seconds: number): Promise<void>
    /** Reads the value and restarts its time to live; a removed key stays removed. */
    renew(key: string, seconds: number): Promise<string | null>
    /** Writes only over an existing value; false without one. */
    replace(key: string, value: string, seconds: number): Promise<boolean>
    remove(...keys: string[]): Promise<void>
  }
  users: {
    byId(id: string): Promise<(SignedIn & { disabled: boolean; passwordHash: string | null }) | null>
    /** The persona, if it belongs to this developer's sandbox. */
    personaOf(personaId: string, developerId: string): Promise<SignedIn | null>
  }
  /** Behind https the cookie is `__Host-` prefixed: no other host of the domain can set it. */
  secure: boolean
  now(): Date
}) {
  const cookie = needs.secure ? '__Host-latchkey' : 'latchkey'
  const attributes = { httpOnly: true, sameSite: 'lax', secure: needs.secure, path: '/' } as const

  type Found = { session: Session; kept: Kept; user: SignedIn; acting: Acting | null }

  async function hasEndedUpstream({ upstream, startedAt }: Kept): Promise<boolean> {
    if (!upstream) return false
    const [session, subject] = await Promise.all([
      upstream.sid === null ? null : needs.store.read(sidKey(upstream.sid)),
      needs.store.read(subKey(upstream.sub)),
    ])
    return session !== null || (subject !== null && startedAt <= Number(subject))
  }

  async function find(ctx: WebContext): Promise<Found | null> {
    const id = ctx.cookies.get(cookie)
    if (!id || !/^[\w-]{43}$/.test(id)) return null
    const stored = await needs.store.renew(keyOf(id), idleSeconds)
    if (stored === null) return null
    const kept = JSON.parse(stored) as Kept
    const { userId, startedAt, persona } = kept
    const isOver = needs.now().getTime() - startedAt >= absoluteMs || (await hasEndedUpstream(kept))
    const user = isOver ? null : await needs.users.byId(userId)
    if (!user || user.disabled || kept.password !== markOf(user.passwordHash)) {
      await needs.store.remove(keyOf(id))
      return null
    }
    const session = { id, signedInFor: kept.flows ?? [] }
    // After its sandbox is removed, a persona is gone, and the developer acts as themselves again.
    const acts = persona ? await needs.users.personaOf(persona, user.id) : null
    if (!acts) return { session, kept, user: signedIn(user), acting: null }
    // The router ignores case in paths, and so does this.
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

    /** For routes outside of the screens, which run without `load`. */
    async signedIn(ctx: WebContext): Promise<boolean> {
      return (await find(ctx)) !== null
    },

    /**
     * Begins a session with a new id, so that an id known before the sign-in is useless after it.
     * @param passwordHash of the password that was given.
     * @param flow the flow that the sign-in was made for, if any.
     * @param upstream the session at the host's provider, whose end ends this one.
     */
    async start(
      ctx: WebContext,
      userId: string,
      passwordHash: string | null,
      flow: string | null = null,
      upstream?: Upstream,
    ): Promise<void> {
      const before = await find(ctx)
      if (before) await needs.store.remove(keyOf(before.session.id))
      const earlier = before?.kept.userId === userId ? before.session.signedInFor : []
      const flows = [...earlier, ...(flow ? [flow] : [])].slice(-maxFlows)
      const id = randomBytes(32).toString('base64url')
      const startedAt = needs.now().getTime()
      const kept: Kept = {
        userId,
        startedAt,
        password: markOf(passwordHash),
        flows,
        ...(upstream && { upstream }),
      }
      await needs.store.write(keyOf(id), JSON.stringify(kept), idleSeconds)
      ctx.cookies.set(cookie, id, attributes)
      ctx.state.session = { id, signedInFor: flows }
      ctx.state.acting = null
    },

    /**
     * From the next request on the developer acts as this persona everywhere but in the hub; null: as themselves again. Each
     * request
     * checks that the persona is theirs. A session that has ended meanwhile stays ended.
     */
    async actAs(ctx: WebContext, personaId: string | null): Promise<void> {
      const found = await find(ctx)
      if (!found) return
      const { persona: _before, ...kept } = found.kept
      const value: Kept = personaId ? { ...kept, persona: personaId } : kept
      await needs.store.replace(keyOf(found.session.id), JSON.stringify(value), idleSeconds)
    },

    /** The session and the developer of this browser, for routes outside of the screens; null without a sign-in. */
    async current(ctx: WebContext): Promise<{ session: Session; developerId: string } | null> {
      const found = await find(ctx)
      return found && { session: found.session, developerId: found.acting?.developerId ?? found.user.id }
    },

    /** Somebody signed out at the host: the sessions here end with the next request. */
    async endUpstream(ended: EndedUpstream): Promise<void> {
      if ('sid' in ended) await needs.store.write(sidKey(ended.sid), '1', absoluteMs / 1000)
      else await needs.store.write(subKey(ended.sub), `${ended.at}`, absoluteMs / 1000)
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
