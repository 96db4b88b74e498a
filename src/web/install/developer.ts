/** Who stands behind a connection, as it is said before somebody lets it in. */
import { outside } from '../urls.ts'
import type { ConnectionToInstall } from './readings.ts'

export type Maker = {
  /** null: nobody is named. */
  developer: string | null
  links: { label: string; href: string }[]
  standing: 'verified' | 'first-party' | 'unverified'
}

export function makerOf(connection: Omit<ConnectionToInstall, 'id' | 'name' | 'logoHash'>): Maker {
  // Only what a browser opens as a page becomes a link.
  const links = [
    { label: 'Website', href: outside(connection.website) },
    { label: 'Privacy', href: outside(connection.privacyUrl) },
    { label: 'Terms', href: outside(connection.termsUrl) },
  ]
  return {
    developer: connection.developerName,
    links: links.flatMap(({ label, href }) => (href ? [{ label, href }] : [])),
    standing: connection.firstParty ? 'first-party' : connection.verified ? 'verified' : 'unverified',
  }
}
