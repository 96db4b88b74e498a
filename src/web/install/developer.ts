/** The developer of a connection, as shown before a user allows it. */
import { outside } from '../urls.ts'
import type { ConnectionToInstall } from './readings.ts'

/** `words` as they stand on every screen; `meaning` tells a person what they are worth. */
export type Provenance = { words: string; meaning: string }

export type Developer = {
  /** Null where the connection gives none. */
  name: string | null
  links: { label: string; href: string }[]
  /** How the connection came to be known, where no one registered it here. */
  provenance: Provenance | null
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
    provenance: provenanceOf(connection),
    verification: connection.firstParty ? 'first-party' : connection.verified ? 'verified' : 'unverified',
  }
}

/** The host is the identity of a published connection: its name is only a claim. */
export function provenanceOf({
  origin,
  documentUrl,
}: Pick<ConnectionToInstall, 'origin' | 'documentUrl'>): Provenance | null {
  if (origin === 'self-registered')
    return { words: 'Registered itself', meaning: 'Nobody vouches for it, and its name is only a claim.' }
  const host = documentUrl === null ? null : URL.parse(documentUrl)?.host
  return host
    ? { words: `Published by ${host}`, meaning: 'The host is certain; the name is only a claim.' }
    : null
}
