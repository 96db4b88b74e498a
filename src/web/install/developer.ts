/** The developer of a connection, as shown before a user allows it. */
import { outside } from '../urls.ts'
import type { ConnectionToInstall } from './readings.ts'

export type Developer = {
  /** Null where the connection gives none. */
  name: string | null
  links: { label: string; href: string }[]
  verification: 'verified' | 'first-party' | 'unverified'
}

export function developerOf(connection: Omit<ConnectionToInstall, 'id' | 'name' | 'logoHash'>): Developer {
  // Only http and https addresses become links.
  const links = [
    { label: 'Website', href: outside(connection.website) },
    { label: 'Privacy', href: outside(connection.privacyUrl) },
    { label: 'Terms', href: outside(connection.termsUrl) },
  ]
  return {
    name: connection.developerName,
    links: links.flatMap(({ label, href }) => (href ? [{ label, href }] : [])),
    verification: connection.firstParty ? 'first-party' : connection.verified ? 'verified' : 'unverified',
  }
}
