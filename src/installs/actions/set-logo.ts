import type { ActionParts } from '../action-context.ts'
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

/** Sets the logo for every screen, redrawn from the uploaded file; null removes it. */
export function setLogo(needs: ActionParts<LogoStores>) {
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
