import { urls } from '../urls.ts'

/** Where a connection's logo is; null: it has none. The hash lets browsers keep it until it changes. */
export function logoOf(connection: { id: string; logoHash: string | null }): string | null {
  return connection.logoHash === null ? null : urls.logo(connection.id, connection.logoHash)
}
