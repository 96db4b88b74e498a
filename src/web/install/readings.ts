/** What the screens of the flow read: each is one query. Only pages that the user reaches ever come out. */
import type { Placement } from '../../installs/policy.ts'

export type ConnectionToInstall = {
  id: string
  name: string
  developerName: string | null
  website: string | null
  privacyUrl: string | null
  termsUrl: string | null
  /** Names its logo's version; null: it has none. */
  logoHash: string | null
  firstParty: boolean
  verified: boolean
}

export type WorkspaceToChoose = {
  id: string
  name: string
  icon: string | null
  placement: Placement
  /** Who else has it installed there now: up to three by name, and how many in all. */
  others: { names: string[]; count: number }
  /** Since when the user has it there himself; null: he has not. */
  mine: Date | null
}

/** The user's workspaces by name. */
export type InstallChoices = { connection: ConnectionToInstall; workspaces: WorkspaceToChoose[] }

export type PickerPage = {
  id: string
  title: string
  icon: string | null
  type: 'page' | 'database'
  /** The ids from the root to the page itself. */
  path: string[]
  /** The titles of the pages above it, where the list does not show them anyway. */
  above: string[]
  /** Pages below it, all levels; see the limits. */
  below: number
  /** The connection reaches it now, through this page or one above it. */
  reachedNow: boolean
}

export type PickerList = { pages: PickerPage[]; more: boolean }

/** `cut`: there are others, and only more words lead to them. */
export type PickerResults = PickerList & { cut: boolean }

export type PickerReading = {
  shared: PickerList
  private: PickerList
  /** All of the private roots are shown, and nobody else reaches any of them. */
  alone: boolean
  /** The nodes that stand open, as far as they can be reached, by id. */
  nodes: Map<string, PickerPage>
  /** Their children, by the node's id. */
  children: Map<string, PickerList>
  /** What is ticked, without pages that stand below another ticked one. */
  ticked: PickerPage[]
  /** What the user's own installation was granted. */
  granted: PickerPage[]
}

/** One window of each list: what comes after the cursor, which is the last page that was shown before; null: the beginning. */
export type Windows = {
  sharedAfter: string | null
  privateAfter: string | null
  open: { id: string; after: string | null }[]
}

export type Placed = { workspaceId: string; userId: string; connectionId: string }

export type InstallReadings = {
  connection(connectionId: string): Promise<ConnectionToInstall | null>
  /** null when there is no such connection. */
  choices(userId: string, connectionId: string): Promise<InstallChoices | null>
  /** Up to three owners by name, and how many there are. */
  owners(workspaceId: string): Promise<{ names: string[]; count: number }>
  /**
   * `ticked` null: what the connection can reach now. `lists` null: only what is ticked and granted; `roots` false: beside
   * that only what stands below open nodes.
   */
  picker(
    question: Placed & {
      ticked: readonly string[] | null
      lists: (Windows & { roots?: boolean }) | null
    },
  ): Promise<PickerReading>
  /** `offset`: how many results were shown before. */
  search(question: Placed & { words: string; offset: number }): Promise<PickerResults>
}

/** Beyond these a count is said as "more than"; they come with the readings. */
export type CountLimits = { row: number; sum: number }
