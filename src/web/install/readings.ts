/** The data of the flow's screens: each member is one query. */
import type { Capability } from '../../installs/capability.ts'
import type { Origin } from '../../installs/connection.ts'
import type { Placement } from '../../installs/policy.ts'
import type { PickerReadings } from '../picker/readings.ts'

export type ConnectionToInstall = {
  id: string
  name: string
  developerName: string | null
  website: string | null
  privacyUrl: string | null
  termsUrl: string | null
  /** The hash of its logo, if it has one. */
  logoHash: string | null
  origin: Origin
  /** The address of the document of a published connection. */
  documentUrl: string | null
  firstParty: boolean
  verified: boolean
}

export type WorkspaceToChoose = {
  id: string
  name: string
  icon: string | null
  placement: Placement
  /** Others who have it installed there now: up to three by name, the earliest first, and how many in all. */
  others: { names: string[]; count: number }
  /** When the user installed it there, in use or suspended; null if they have not. */
  mine: Date | null
  /** The access levels of that installation; null: they have none. */
  allowed: Capability[] | null
}

/** The user's workspaces by name. */
export type InstallChoices = { connection: ConnectionToInstall; workspaces: WorkspaceToChoose[] }

export type InstallReadings = PickerReadings & {
  connection(connectionId: string): Promise<ConnectionToInstall | null>
  /** Null for an unknown connection. */
  choices(userId: string, connectionId: string): Promise<InstallChoices | null>
  /** The people who can change a refusal: up to three owners by name, and how many there are. */
  owners(workspaceId: string): Promise<{ names: string[]; count: number }>
}
