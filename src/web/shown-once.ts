import { randomBytes } from 'node:crypto'
import { openSealed, seal } from '../installs/sealed.ts'

export type ShownOnceNeeds = {
  store: {
    write(key: string, value: string, seconds: number): Promise<void>
    take(key: string): Promise<string | null>
  }
  secretKeys: readonly Buffer[]
}

const seconds = 120
const keyOf = (userId: string, id: string) => `shown-once:${userId}:${id}`

/**
 * A secret between the form that asked for it and the screen that shows it: the form answers with a redirect, so that a reload
 * asks for nothing a second time. Kept encrypted, for two minutes, for this person alone, and gone when it is shown.
 */
export function shownOnce({ store, secretKeys }: ShownOnceNeeds) {
  return {
    /** @returns what the screen's address carries. */
    async keep(userId: string, secret: string): Promise<string> {
      const id = randomBytes(16).toString('base64url')
      await store.write(keyOf(userId, id), seal(secretKeys, 'shown-once', secret), seconds)
      return id
    },

    /** null: it was shown already, its time is over, or it is another person's. */
    async take(userId: string, id: string): Promise<string | null> {
      const sealed = /^[\w-]{22}$/.test(id) ? await store.take(keyOf(userId, id)) : null
      return sealed && openSealed(secretKeys, 'shown-once', sealed)
    },
  }
}

export type ShownOnce = ReturnType<typeof shownOnce>
