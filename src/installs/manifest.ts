/**
 * A connection as a JSON document, so that a partner keeps it in his own repository. A member that is left out stays as it
 * is, null clears it. The table below is the one place that says what a manifest may have: the reader, the export and the
 * published JSON Schema are made from it.
 */
import { capabilities, isCapability } from './capability.ts'
import type { Connection } from './connection.ts'
import { readUuid } from './ids.ts'
import type { ConnectionSettings } from './registration.ts'

type Kind = 'line' | 'text' | 'address' | 'flag' | 'client' | 'addresses' | 'capabilities'
type Row = { name: string; setting: keyof ConnectionSettings; kind: Kind; says: string }

const rows: Row[] = [
  { name: 'name', setting: 'name', kind: 'line', says: 'What people see on the consent screen.' },
  { name: 'description', setting: 'description', kind: 'text', says: 'What it does, in a sentence or two.' },
  { name: 'developer_name', setting: 'developerName', kind: 'text', says: 'Who makes it.' },
  { name: 'website', setting: 'website', kind: 'address', says: "The developer's website." },
  {
    name: 'install_url',
    setting: 'installUrl',
    kind: 'address',
    says: 'Where the install begins, at the partner.',
  },
  { name: 'support_email', setting: 'supportEmail', kind: 'text', says: 'Where people get help.' },
  { name: 'support_url', setting: 'supportUrl', kind: 'address', says: 'Where people get help.' },
  { name: 'privacy_url', setting: 'privacyUrl', kind: 'address', says: 'The privacy policy.' },
  { name: 'terms_url', setting: 'termsUrl', kind: 'address', says: 'The terms of use.' },
  { name: 'client', setting: 'clientType', kind: 'client', says: 'confidential: it can keep a secret.' },
  {
    name: 'redirect_uris',
    setting: 'redirectUris',
    kind: 'addresses',
    says: 'Where people are sent back to, exactly as written here. https; http on a loopback host; a scheme with a dot for public clients.',
  },
  {
    name: 'capabilities',
    setting: 'capabilities',
    kind: 'capabilities',
    says: 'What it may ask for, at most.',
  },
  {
    name: 'require_pkce',
    setting: 'requirePkce',
    kind: 'flag',
    says: 'Refuse flows without a PKCE code challenge. Public clients always need one.',
  },
  {
    name: 'long_lived_tokens',
    setting: 'longLivedTokens',
    kind: 'flag',
    says: 'Access tokens that do not run out, for partners that never refresh.',
  },
  {
    name: 'leave_out_iss',
    setting: 'leaveOutIss',
    kind: 'flag',
    says: 'Answer without the iss parameter (RFC 9207), for clients that break on it.',
  },
]

export type Manifest = {
  /** The connection that it is of; null: it does not say. */
  id: string | null
  kind: Connection['kind'] | null
  settings: Partial<ConnectionSettings>
}

/** What each setting is called in a manifest: faults and changes are told under these names. */
export const manifestName = Object.fromEntries(rows.map(row => [row.setting, row.name])) as Record<
  keyof ConnectionSettings,
  string
>

/** Every member, in the order of the table. `schema`: the address of the JSON Schema. */
export function manifestOf(connection: Connection, schema: string): Record<string, unknown> {
  return {
    $schema: schema,
    id: connection.id,
    kind: connection.kind,
    ...Object.fromEntries(rows.map(row => [row.name, connection[row.setting]])),
  }
}

export type ReadManifest = { kind: 'read'; manifest: Manifest } | { kind: 'unreadable'; faults: string[] }

/** Reads the text of a manifest. What is registered may still refuse it: see faultsOfSettings. */
export function readManifest(text: string): ReadManifest {
  if (text.length > 100_000) return unreadable(['The manifest is longer than 100,000 characters.'])
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    return unreadable([`The manifest is no JSON: ${(error as Error).message}.`])
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return unreadable(['The manifest is no JSON object.'])
  return readMembers(document)
}

function readMembers(document: object): ReadManifest {
  const faults: string[] = []
  const manifest: Manifest = { id: null, kind: null, settings: {} }
  for (const [name, value] of Object.entries(document)) {
    const row = rows.find(one => one.name === name)
    if (row) {
      const fault = faultOf(row, value)
      if (fault) faults.push(`${name} ${fault}.`)
      else Object.assign(manifest.settings, { [row.setting]: value })
    } else if (name === 'id') {
      manifest.id = readUuid(value)
      if (manifest.id === null) faults.push('id is no UUID.')
    } else if (name === 'kind') {
      if (value === 'public' || value === 'internal') manifest.kind = value
      else faults.push('kind is neither "public" nor "internal".')
    } else if (name !== '$schema') faults.push(`${JSON.stringify(name)} is no member of a manifest.`)
  }
  return faults.length > 0 ? unreadable(faults) : { kind: 'read', manifest }
}

function unreadable(faults: string[]): ReadManifest {
  return { kind: 'unreadable', faults }
}

function faultOf({ kind }: Row, value: unknown): string | null {
  const isText = typeof value === 'string'
  switch (kind) {
    case 'line':
      return isText ? null : 'is no text'
    case 'text':
    case 'address':
      return isText || value === null ? null : 'is neither text nor null'
    case 'flag':
      return typeof value === 'boolean' ? null : 'is neither true nor false'
    case 'client':
      return value === 'public' || value === 'confidential' ? null : 'is neither "public" nor "confidential"'
    case 'addresses':
      return isTexts(value) ? null : 'is no list of texts'
    case 'capabilities':
      return faultOfCapabilities(value)
  }
}

function faultOfCapabilities(value: unknown): string | null {
  if (!isTexts(value)) return 'is no list of texts'
  const unknown = value.find(one => !isCapability(one))
  if (unknown !== undefined) return `has ${JSON.stringify(unknown)}; known are ${capabilities.join(', ')}`
  return new Set(value).size < value.length ? 'names one twice' : null
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

const schemas: Record<Kind, object> = {
  line: { type: 'string', minLength: 1, maxLength: 200 },
  text: { type: ['string', 'null'], minLength: 1, maxLength: 1_000 },
  address: { type: ['string', 'null'], pattern: '^https?://', maxLength: 2_000 },
  flag: { type: 'boolean' },
  client: { enum: ['public', 'confidential'] },
  addresses: { type: 'array', items: { type: 'string', maxLength: 2_000 }, uniqueItems: true, maxItems: 50 },
  capabilities: { type: 'array', items: { enum: capabilities }, uniqueItems: true, minItems: 1 },
}

/** The JSON Schema (draft 2020-12) of a manifest, under its public address. */
export function manifestSchema(address: string): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: address,
    title: 'A Latchkey connection',
    description:
      'What is registered of a connection. A member that is left out stays as it is, null clears it.',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      id: { type: 'string', description: 'The client_id. It cannot be changed.' },
      kind: { enum: ['public', 'internal'], description: 'It cannot be changed.' },
      ...Object.fromEntries(rows.map(row => [row.name, { description: row.says, ...schemas[row.kind] }])),
    },
  }
}
