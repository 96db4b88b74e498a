/** Logins that wait for the host. */
export type LoginStore = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  /** Reads and removes it, once among all processes. */
  take(key: string): Promise<string | null>
}

/** The user whom the host product names by its own id; null where the directory has no enabled one. */
export type FindExternalUser = (
  externalId: string,
) => Promise<{ id: string; passwordHash: string | null } | null>

/** A person whom the host's provider names, and who is not in the directory. `workspaces`: by the host's ids or ours. */
export type NewExternalUser = {
  externalId: string
  email: string
  name: string
  workspaces: readonly string[]
}

/**
 * Adds them as a member of those workspaces. Null, and no row, where none of the workspaces is known, where an enabled user has
 * the address, or where the directory has a user of this external id already, who is then disabled.
 */
export type CreateExternalUser = (
  user: NewExternalUser,
) => Promise<{ id: string; passwordHash: string | null } | null>

/** Brings name and address up to date; null leaves the kept one. An address of another enabled user is not taken over. */
export type UpdateFromHost = (userId: string, email: string | null, name: string | null) => Promise<void>
