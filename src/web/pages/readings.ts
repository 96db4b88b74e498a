import type { InstallContext, PickerReading, Windows } from '../picker/readings.ts'

export type PageConnection = {
  installationId: string
  connection: { id: string; name: string; kind: 'public' | 'internal'; logoHash: string | null }
  /** Who installed it; null: an internal one. */
  installer: { id: string; name: string } | null
  state: 'active' | 'suspended'
  /** The nearest granted page: this one, or one above it. */
  through: { id: string; title: string }
  /** Who granted that page. `present`: they are still in the workspace. */
  grantedBy: { id: string; name: string; present: boolean }
  /** All granted pages. Of one's own installation only those that one reaches: the others go with the next change. */
  grants: number
}

export type PageReading = {
  /** `alone`: it is private, and no one else reaches it. */
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
  /** There are more than are listed. */
  moreConnections: boolean
}

export type FoundConnection = {
  id: string
  name: string
  kind: 'public' | 'internal'
  logoHash: string | null
  installUrl: string | null
  /** This person's own installation, or the workspace's, to which the page can be added, if any. */
  installation: { id: string; state: 'active' | 'suspended' } | null
  /** The granted page through which it reaches this one; null: it does not reach it. */
  through: { id: string; title: string } | null
}

type Here = { workspaceId: string; userId: string; pageId: string }

/** Each is one query, and returns only pages that the person reaches. */
export type PagesReadings = {
  tree(question: InstallContext & { ticked: []; lists: Windows }): Promise<PickerReading>
  /**
   * `everyones`: with the installations of others (owners see them). `installation`: only this one of the connections.
   * null: the person reaches no such page.
   */
  page(
    question: Here & { everyones: boolean; after: string | null; installation: string | null },
  ): Promise<PageReading | null>
  /** Connections that are installed in this workspace or belong to it, by part of their name. */
  search(question: Here & { words: string }): Promise<{ found: FoundConnection[]; more: boolean }>
}
