/** The data of a page picker: each member is one query, limited to the pages that the user can reach. */
export type PickerPage = {
  id: string
  title: string
  icon: string | null
  type: 'page' | 'database'
  /** The ids from the root to the page itself. */
  path: string[]
  /** The titles of the pages above it; empty where the list shows them anyway. */
  above: string[]
  /** Pages below it, all levels; see the limits. */
  below: number
  /** The connection reaches it now, through this page or one above it. */
  reachedNow: boolean
}

/** One window of a list; `more`: others follow. */
export type PickerList = { pages: PickerPage[]; more: boolean }

/** `cut`: there are more results, which only a longer search shows. */
export type PickerResults = PickerList & { cut: boolean }

export type PickerReading = {
  /** Roots that are open to the workspace. */
  shared: PickerList
  /** Private roots that this member can reach. */
  private: PickerList
  /** All of the private roots are shown, and only this user reaches them. */
  alone: boolean
  /** The open nodes that can be reached, by id. */
  nodes: Map<string, PickerPage>
  /** Their children, by the node's id. */
  children: Map<string, PickerList>
  /** The ticked pages, without those below another ticked page. */
  ticked: PickerPage[]
  /** The pages granted to the user's own installation that they can still reach. */
  granted: PickerPage[]
}

/** One window of each list, after a cursor: the last page of the window before; null: from the beginning. */
export type Windows = {
  sharedAfter: string | null
  privateAfter: string | null
  open: { id: string; after: string | null }[]
}

/** `connectionId`: for the user's own active installation of it; or the id of any installation. */
export type InstallContext = { workspaceId: string; userId: string; connectionId: string }

export type PickerQuestion = InstallContext & {
  ticked: readonly string[] | null
  lists: (Windows & { roots?: boolean }) | null
}

export type PickerReadings = {
  /**
   * `ticked` null: the pages that the connection can reach now. `lists` null: only ticked and granted pages; `roots` false: these
   * and the children of open nodes.
   */
  picker(question: PickerQuestion): Promise<PickerReading>
  /** `offset`: the number of results shown before. */
  search(question: InstallContext & { words: string; offset: number }): Promise<PickerResults>
}

/** Larger counts are shown as "more than"; the readings come with these limits. */
export type CountLimits = { row: number; sum: number }
