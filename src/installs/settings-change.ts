/** The effects of a change of a connection's settings, shown before it is made. */
import { capabilities as allCapabilities, type Capability } from './capability.ts'
import type { Connection } from './connection.ts'
import type { ConnectionSettings } from './registration.ts'

type Member = keyof ConnectionSettings
export type SettingsChange = {
  [M in Member]: { member: M; before: ConnectionSettings[M]; after: ConnectionSettings[M] }
}[Member]

/** Member by member; lists count as equal in any order. */
export function changesBetween(before: ConnectionSettings, after: ConnectionSettings): SettingsChange[] {
  return (Object.keys(before) as Member[])
    .filter(member => !same(before[member], after[member]))
    .map(member => ({ member, before: before[member], after: after[member] }) as SettingsChange)
}

function same(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other)) return canonical(one) === canonical(other)
  return one.length === other.length && one.every(item => other.includes(item))
}

/** JSON with the members of each object in order: PostgreSQL keeps them in another one than they were sent in. */
const canonical = (value: unknown) =>
  JSON.stringify(value, (_, part) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

export type Reach = { kind: Connection['kind']; liveSecrets: number }

/** The consequences of this change, as a sentence, if it stops something. Such a change asks for confirmation. */
export function stopsBy(change: SettingsChange, { kind, liveSecrets }: Reach): string | null {
  switch (change.member) {
    case 'redirectUris':
      return lost(change)
    case 'capabilities':
      return kind === 'internal' ? ofInternal(change) : ofPublic(change)
    case 'clientType':
      return change.after === 'public' ? toPublic(liveSecrets) : toConfidential
    case 'requirePkce':
      return change.after ? 'Flows that begin without a PKCE code challenge are refused.' : null
    default:
      return null
  }
}

function lost({ before, after }: { before: string[]; after: string[] }): string | null {
  const gone = before.filter(uri => !after.includes(uri))
  if (gone.length === 0) return null
  const where = gone.length > 2 ? `one of the ${gone.length} addresses that go` : list(gone)
  return `Flows that return to ${where} are refused from the next request on.`
}

function ofPublic({ before, after }: { before: Capability[]; after: Capability[] }): string | null {
  const gone = before.filter(one => !after.includes(one))
  if (gone.length === 0) return null
  return `Flows that ask for ${list(gone)} are refused. Installations keep the access that their members allowed.`
}

/** An internal connection has no consent: registered capabilities apply to its token at once. */
function ofInternal({ before, after }: { before: Capability[]; after: Capability[] }): string {
  const kept = allCapabilities.filter(one => after.includes(one))
  const gone = before.filter(one => !after.includes(one))
  const now = `From the next request on its token may do exactly this: ${list(kept)}.`
  return gone.length > 0 ? `${now} It may no longer do this: ${list(gone)}.` : now
}

const toConfidential = 'Token requests without a client secret are refused: make a secret right after this.'
function toPublic(liveSecrets: number): string {
  const secrets = liveSecrets === 1 ? 'Its client secret stops' : `Its ${liveSecrets} client secrets stop`
  const pkce = 'Every flow must use PKCE.'
  return liveSecrets > 0 ? `${secrets} working at once. ${pkce}` : pkce
}

const list = (words: readonly string[]) => new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(words)
