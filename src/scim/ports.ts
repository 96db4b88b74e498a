/** What the SCIM endpoints need of the stores. All of one workspace: that of the bearer. */

/** `userName` is the e-mail address; `resource` has the attributes as the directory sent them. */
export type ScimUser = {
  id: string
  userName: string
  externalId: string | null
  displayName: string | null
  active: boolean
  resource: Record<string, unknown>
  createdAt: Date
  updatedAt: Date
}
export type ScimGroup = {
  id: string
  externalId: string | null
  displayName: string
  members: string[]
  createdAt: Date
  updatedAt: Date
}

/** An attribute and the value that it equals. */
export type Filter = { attribute: 'userName' | 'externalId' | 'displayName' | 'id'; value: string } | null
/** From `startIndex` (1: the first), so many. */
export type Window = { startIndex: number; count: number }
export type Listed<Item> = { items: Item[]; total: number }

/** `uniqueness`: another one has the name, the address or the id already. `unknown`: there is none of this id here. */
export type Written<Item> =
  | { kind: 'written'; item: Item }
  | { kind: 'uniqueness' }
  | { kind: 'unknown' }
  | { kind: 'invalid'; reason: string }

export type NewUser = Omit<ScimUser, 'id' | 'createdAt' | 'updatedAt'>
export type NewGroup = Omit<ScimGroup, 'id' | 'createdAt' | 'updatedAt'>

export type ScimStore = {
  /** The workspace of a live bearer. */
  workspaceOf(tokenHash: Buffer): Promise<string | null>
  users(workspaceId: string, filter: Filter, window: Window): Promise<Listed<ScimUser>>
  user(workspaceId: string, id: string): Promise<ScimUser | null>
  /** @param id null: a new one. */
  saveUser(workspaceId: string, id: string | null, user: NewUser): Promise<Written<ScimUser>>
  /** Takes the person out of this workspace. @returns whether they were in it. */
  removeUser(workspaceId: string, id: string): Promise<boolean>
  groups(workspaceId: string, filter: Filter, window: Window): Promise<Listed<ScimGroup>>
  group(workspaceId: string, id: string): Promise<ScimGroup | null>
  saveGroup(workspaceId: string, id: string | null, group: NewGroup): Promise<Written<ScimGroup>>
  removeGroup(workspaceId: string, id: string): Promise<boolean>
}
