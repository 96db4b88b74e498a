/**
 * A login that is handed over to the host product in two calls: the browser goes there with a login id, the host says who it is,
 * and the browser comes back with a code. Both work once, within ten minutes of the beginning, and in that browser only.
 */
import { hash, randomBytes, randomUUID } from 'node:crypto'
import type { WebContext } from '../http/state.ts'
import type { BrowserMark } from './browser-mark.ts'
import type { FindExternalUser, LoginStore, UpdateFromHost } from './ports.ts'

const lifetimeMs = 600_000

type Begun = { browser: string; returnTo: string; expiresAt: number }
type Completed = Begun & { user: { id: string; passwordHash: string | null } | null }

export type HostUser = { externalId: string; email: string | null; name: string | null }

export type Completion =
  | { kind: 'completed' | 'unknown-user'; redirectUri: string }
  | { kind: 'used' | 'over' }

/** `reason`: for the log. */
export type Finished =
  | { kind: 'signed-in'; user: { id: string; passwordHash: string | null }; returnTo: string }
  | { kind: 'over'; reason: string }
  | { kind: 'another-browser'; reason: string }
  | { kind: 'unknown-user'; returnTo: string; reason: string }

export type HandedLogins = ReturnType<typeof handedLogins>

export function handedLogins(needs: {
  issuer: string
  store: LoginStore
  browser: BrowserMark
  findExternalUser: FindExternalUser
  updateFromHost: UpdateFromHost
  now(): Date
}) {
  const { store, browser, now } = needs
  const secondsLeft = ({ expiresAt }: Begun) => Math.ceil((expiresAt - now().getTime()) / 1000)
  const begunKey = (id: string) => `login:${id}`
  const usedKey = (id: string) => `login-used:${id}`
  const codeKey = (code: string) => `login-code:${hash('sha256', code, 'base64url')}`

  return {
    /** @returns the id that the host completes the login by. */
    async begin(ctx: WebContext, returnTo: string): Promise<string> {
      const id = randomUUID()
      const begun: Begun = { browser: browser.mark(ctx), returnTo, expiresAt: now().getTime() + lifetimeMs }
      await store.write(begunKey(id), JSON.stringify(begun), lifetimeMs / 1000)
      return id
    },

    /** The host's call. The user is found by the external id alone, never by the address. */
    async complete(id: string, { externalId, email, name }: HostUser): Promise<Completion> {
      const kept = await store.take(begunKey(id))
      const begun = kept === null ? null : (JSON.parse(kept) as Begun)
      if (!begun || secondsLeft(begun) <= 0)
        return { kind: (await store.read(usedKey(id))) === null ? 'over' : 'used' }
      await store.write(usedKey(id), '1', secondsLeft(begun))
      const user = await needs.findExternalUser(externalId)
      if (user) await needs.updateFromHost(user.id, email, name)
      const code = randomBytes(32).toString('base64url')
      const completed: Completed = { ...begun, user }
      await store.write(codeKey(code), JSON.stringify(completed), Math.max(1, secondsLeft(begun)))
      const redirectUri = `${needs.issuer}/sign-in/finish?code=${code}`
      return { kind: user ? 'completed' : 'unknown-user', redirectUri }
    },

    /** The browser comes back. Another browser's visit leaves the code as it is. */
    async finish(ctx: WebContext, code: string): Promise<Finished> {
      const kept = /^[\w-]{43}$/.test(code) ? await store.read(codeKey(code)) : null
      if (kept === null) return { kind: 'over', reason: 'the code is unknown, used or expired' }
      const completed = JSON.parse(kept) as Completed
      if (!browser.isMarked(ctx, completed.browser))
        return { kind: 'another-browser', reason: 'the login was begun in another browser' }
      if ((await store.take(codeKey(code))) === null || secondsLeft(completed) <= 0)
        return { kind: 'over', reason: 'the code was used, or its time is over' }
      const { user, returnTo } = completed
      if (!user)
        return {
          kind: 'unknown-user',
          returnTo,
          reason: 'the directory has no enabled user of this external id',
        }
      return { kind: 'signed-in', user, returnTo }
    },
  }
}
