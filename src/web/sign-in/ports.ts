/** The user whom the host product names by its own id; null where the directory has no enabled one. */
export type FindExternalUser = (
  externalId: string,
) => Promise<{ id: string; passwordHash: string | null } | null>

/** Brings name and address up to date; null leaves the kept one. An address of another enabled user is not taken over. */
export type UpdateFromHost = (userId: string, email: string | null, name: string | null) => Promise<void>
