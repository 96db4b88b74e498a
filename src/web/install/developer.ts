/** The developer of a connection, as shown before someone lets it in. */
import { outside } from '../urls.ts'
import type { ConnectionToInstall } from './readings.ts'

export type Developer = {
  /** null: the connection names none. */
  name: string | null
  links: { label: string; href: string }[]
  verification: 'verified' | 'first-party' | 'unverified'
}

export function developerOf(connection: Omit<ConnectionToInstall, 'id' | 'name' | 'logoHash'>): Developer {
  // Only addresses that a browser opens as a page become links.
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
