/** What a credential of the host product may be used for. */
export const adminScopes = ['logins', 'directory', 'events'] as const
export type AdminScope = (typeof adminScopes)[number]

/** So many of one name can be live: the present one, and the next while the host changes to it. */
export const maxLiveCredentials = 2

/** Without its secret, which is shown once and kept as a hash. */
export type AdminCredential = {
  id: string
  name: string
  scopes: AdminScope[]
  /** The last four characters of the secret. */
  hint: string
  createdAt: Date
  revokedAt: Date | null
}
