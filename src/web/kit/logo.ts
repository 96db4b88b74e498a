import { urls } from '../urls.ts'

/** The address of a connection's logo, if it has one. The hash lets browsers cache it until it changes. */
export function logoOf(connection: { id: string; logoHash: string | null }): string | null {
  return connection.logoHash === null ? null : urls.logo(connection.id, connection.logoHash)
}
