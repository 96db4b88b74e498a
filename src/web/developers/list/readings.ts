export type ListedConnection = {
  id: string
  kind: 'public' | 'internal'
  name: string
  logoHash: string | null
  firstParty: boolean
  verified: boolean
  disabledBy: 'developer' | 'operator' | null
  /** Null for one outside of all workspaces. */
  workspace: { id: string; name: string } | null
  /** Null for one created by the operator or by a deleted user. */
  creator: { id: string; name: string } | null
  createdAt: Date
}

export type ListReadings = {
  /**
   * The connections that this person manages: one window of the list, by workspace, then by name. `after`: the last one of
   * the window before; an id that is not in the list begins at the top.
   */
  list(
    userId: string,
    after: string | null,
    size: number,
  ): Promise<{ connections: ListedConnection[]; more: boolean }>
}
