import type { ActionNeeds } from '../action-context.ts'
import {
  connectionEvent,
  type DeveloperContext,
  hold,
  type ManagedStores,
  type Unknown,
} from '../managed-connection.ts'

export type LogoStores = ManagedStores & {
  /** @returns false when it is so already. */
  saveLogo(connectionId: string, png: Buffer | null, now: Date): Promise<boolean>
}

export type LogoNeeds = ActionNeeds & {
  transact<T>(work: (stores: LogoStores) => Promise<T>): Promise<T>
}

/** Sets the logo for every screen, redrawn from the uploaded file; null removes it. */
export function setLogo(needs: LogoNeeds) {
  return (context: DeveloperContext, png: Buffer | null): Promise<{ kind: 'set' } | Unknown> =>
    needs.transact(async stores => {
      const found = await hold(stores, context)
      if (!found) return { kind: 'unknown' }
      if (await stores.saveLogo(found.connection.id, png, needs.now()))
        await stores.append(
          connectionEvent(needs, context, found.connection, 'connection.updated', { changed: ['logo'] }),
        )
      return { kind: 'set' }
    })
}
