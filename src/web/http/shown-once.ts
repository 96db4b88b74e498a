/**
 * The form that makes a secret redirects to the screen that shows it, so that reloading makes no second one. In between the
 * secret is kept sealed under a random key: for one showing, to the same person, within five minutes.
 */
import { hash, randomBytes } from 'node:crypto'
import { openSealed, seal } from '../../installs/sealed.ts'

export type Shown = { label: 'Client secret' | 'Internal token' | 'Signing secret'; value: string }
/** The person and the connection that it is shown for. */
type For = { userId: string; connectionId: string }

export type ShownOnce = ReturnType<typeof shownOnce>

const seconds = 300

export function shownOnce(needs: {
  store: {
    write(key: string, value: string, seconds: number): Promise<void>
    take(key: string): Promise<string | null>
  }
  secretKeys: readonly Buffer[]
}) {
  // The key holds the user's id: a request of another person neither finds the secret nor uses it up.
  const keyOf = ({ userId, connectionId }: For, key: string) =>
    `shown-once:${hash('sha256', `${userId} ${connectionId} ${key}`, 'base64url')}`
  const purpose = (who: For) => `shown once to ${who.userId} at ${who.connectionId}`

  return {
    /** @returns the key for `take`. */
    async keep(who: For, shown: Shown): Promise<string> {
      const key = randomBytes(24).toString('base64url')
      await needs.store.write(
        keyOf(who, key),
        seal(needs.secretKeys, purpose(who), JSON.stringify(shown)),
        seconds,
      )
      return key
    },

    /** Null if it was shown before, has expired, or is for another person or connection. */
    async take(who: For, key: unknown): Promise<Shown | null> {
      if (typeof key !== 'string' || !/^[\w-]{32}$/.test(key)) return null
      const sealed = await needs.store.take(keyOf(who, key))
      const text = sealed && openSealed(needs.secretKeys, purpose(who), sealed)
      return text ? (JSON.parse(text) as Shown) : null
    },
  }
}
