/** The two places where connections are governed, My connections and Connections, with what each stands on. */
import type Router from '@koa/router'
import type { WebState } from '../http/state.ts'
import type { ChoiceNeeds } from './choose-pages/routes.ts'
import type { OwnersNeeds } from './connections/asking.ts'
import { type NarrowNeeds, narrow } from './connections/narrow-routes.ts'
import { type ConnectionsNeeds, connections } from './connections/routes.ts'
import { type ManagePagesNeeds, managePages } from './my-connections/manage-pages.ts'
import { type MyConnectionsNeeds, myConnections } from './my-connections/routes.ts'

/** What every screen gets. */
type Around = Pick<OwnersNeeds, 'render' | 'faults' | 'gate' | 'now'>

export type GovernNeeds = {
  choosing: Omit<ChoiceNeeds, keyof Around>
  mine: Omit<MyConnectionsNeeds, keyof Around>
  managing: Pick<ManagePagesNeeds, 'picker' | 'placement'>
  owners: Omit<ConnectionsNeeds, keyof Around>
  narrowing: Pick<NarrowNeeds, 'narrowing' | 'unseenGrants'>
}

export function govern(needs: GovernNeeds, around: Around): Router<WebState>[] {
  return [
    managePages({ ...around, ...needs.choosing, ...needs.managing, readings: needs.mine.readings }),
    myConnections({ ...around, ...needs.mine }),
    narrow({ ...around, ...needs.choosing, ...needs.narrowing, readings: needs.owners.readings }),
    connections({ ...around, ...needs.owners }),
  ]
}
