import type { Capability } from '../../../installs/capability.ts'
import type { HandOverState } from '../../../installs/hand-over.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { ConnectionToInstall } from '../../install/readings.ts'

/** An installation of a departed member, offered to this member. */
export type MyOffer = {
  id: string
  offeredAt: Date
  /** null: someone who is gone. */
  offeredBy: string | null
  from: string
  connection: { id: string; name: string; logoHash: string | null }
}

export type OfferToMe = MyOffer & {
  connection: ConnectionToInstall
  state: HandOverState
  /** The installation is still live, and its installer has not come back. */
  isOpen: boolean
  capabilities: Capability[]
  /** Granted pages that the member reaches and so carry over: the first titles, and how many do and do not. */
  pages: { titles: string[]; kept: number; dropped: number }
  placement: Placement
  hasOwn: boolean
}

export type OffersReadings = {
  /** Offers that wait for the member, the oldest first. */
  waiting(workspaceId: string, userId: string): Promise<MyOffer[]>
  /** Null for an unknown id, or another member's. */
  one(workspaceId: string, userId: string, id: string): Promise<OfferToMe | null>
}
