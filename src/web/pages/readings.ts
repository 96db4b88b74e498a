import type { InstallContext, PickerReading, Windows } from '../picker/readings.ts'

export type PageConnection = {
  installationId: string
  connection: { id: string; name: string; kind: 'public' | 'internal'; logoHash: string | null }
  /** Who installed it; null: an internal one. */
  installer: { id: string; name: string } | null
  state: 'active' | 'suspended'
  /** The nearest page that it was granted: this one, or one above it. */
  through: { id: string; title: string }
  /** Who granted that. `present`: he is still in the workspace. */
  grantedBy: { id: string; name: string; present: boolean }
  /** Pages that it was granted in all; of one's own only those that one reaches, the others go with the next change. */
  grants: number
}

export type PageReading = {
  /** `alone`: where it is private, nobody else reaches it. */
  page: {
    id: string
    title: string
    icon: string | null
    type: 'page' | 'database'
    private: boolean
    alone: boolean
  }
  /** From the root down to the page above this one. */
  above: { id: string; title: string }[]
  children: { id: string; title: string; icon: string | null; type: 'page' | 'database'; below: number }[]
  moreChildren: boolean
  connections: PageConnection[]
  /** Others reach it too. */
  moreConnections: boolean
}

export type FoundConnection = {
  id: string
  name: string
  kind: 'public' | 'internal'
  logoHash: string | null
  installUrl: string | null
  /** The installation that this person can add the page to; null: he has none. */
  installation: { id: string; state: string } | null
  /** It reaches the page already, through this one; null: it does not. */
  through: { id: string; title: string } | null
}

type Here = { workspaceId: string; userId: string; pageId: string }

/** What the screens of pages read: each is one query, and only pages that the person reaches ever come out. */
export type PagesReadings = {
  tree(question: InstallContext & { ticked: []; lists: Windows }): Promise<PickerReading>
  /**
   * `everyones`: also installations of others (owners see them). `installation`: of the connections only this one.
   * null: no such page for this person.
   */
  page(
    question: Here & { everyones: boolean; after: string | null; installation: string | null },
  ): Promise<PageReading | null>
  /** Connections that are installed in this workspace or belong to it, by part of their name. */
  search(question: Here & { words: string }): Promise<{ found: FoundConnection[]; more: boolean }>
}
