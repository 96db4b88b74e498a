import type { Capability } from '../../../installs/capability.ts'
import type { HandOverState } from '../../../installs/hand-over.ts'
import type { Placement } from '../../../installs/policy.ts'
import type { ConnectionToInstall } from '../../install/readings.ts'
import type { MyOffer } from '../my-requests/readings.ts'

/** An installation whose installer is no longer in the workspace. */
export type LeftBehind = {
  installationId: string
  connection: { id: string; name: string; logoHash: string | null; disabled: boolean }
  person: { id: string; name: string; email: string }
  since: Date
  capabilities: Capability[]
  /** Pages that were chosen for it. */
  pages: number
  /** The offer that waits; null: none does. */
  offer: { id: string; to: string; at: Date } | null
  /** Who declined it last; null: nobody did, or it was offered again since. */
  declinedBy: string | null
}

/** A member who could take it over; `reaches`: how many of its pages he reaches. */
export type Receiver = {
  id: string
  name: string
  email: string
  placement: Placement
  hasOwn: boolean
  reaches: number
}

export type OfferToMe = MyOffer & {
  connection: ConnectionToInstall
  state: HandOverState
  /** What was left behind is still there, and whoever left it has not come back. */
  stands: boolean
  capabilities: Capability[]
  /** Pages that carry over: the first by name, and how many do and do not. */
  pages: { titles: string[]; kept: number; dropped: number }
  placement: Placement
  hasOwn: boolean
}

export type HandOverReadings = {
  /** A window by the connection's name, behind the installation `after`. */
  list(question: {
    workspaceId: string
    after: string | null
  }): Promise<{ rows: LeftBehind[]; more: boolean }>
  /** One of them with members by name; `words` '' looks for nothing. null: nothing of the kind was left behind. */
  receivers(question: {
    workspaceId: string
    installationId: string
    words: string
  }): Promise<{ left: LeftBehind; receivers: Receiver[]; more: boolean } | null>
  /** null: there is none, or it is somebody else's. */
  offer(workspaceId: string, userId: string, id: string): Promise<OfferToMe | null>
}
