/**
 * A connection as a JSON document that a partner keeps in a repository. A member that is left out stays as it is, null clears
 * it. The reader, the export and the published JSON Schema are made from one table.
 */
import { z } from 'zod'
import type { Manifest } from '../installs/actions/apply-manifest.ts'
import { capabilities } from '../installs/capability.ts'
import type { KeySet } from '../installs/client-keys.ts'
import type { Connection } from '../installs/connection.ts'
import { readUuid } from '../installs/ids.ts'
import type { ConnectionSettings } from '../installs/registration.ts'

// The reader checks types. Lengths, patterns and counts are checked on registration, with all that the settings say together;
// they are named here for the published schema.
const textOrNull = z.string({ error: 'is neither text nor null' })
const line = z.string({ error: 'is no text' }).meta({ minLength: 1, maxLength: 200 })
const text = textOrNull.meta({ minLength: 1, maxLength: 1_000 }).nullable()
const address = textOrNull.meta({ pattern: '^https?://', maxLength: 2_000 }).nullable()
const keySet = z
  .object({ keys: z.array(z.looseObject({})) }, { error: 'is neither {"keys":[…]} nor null' })
  .nullable() as z.ZodType<KeySet | null>
const flag = z.boolean({ error: 'is neither true nor false' })
const clientType = z.enum(['public', 'confidential'], { error: 'is neither "public" nor "confidential"' })
const notAList = { error: 'is no list of texts' }
const addresses = z
  .array(z.string(notAList).meta({ maxLength: 2_000 }), notAList)
  .meta({ uniqueItems: true, maxItems: 50 })
const capabilityList = z
  .array(
    z.enum(capabilities, {
      error: issue =>
        typeof issue.input === 'string'
          ? `has ${JSON.stringify(issue.input)}; known are ${capabilities.join(', ')}`
          : notAList.error,
    }),
    notAList,
  )
  .refine(list => new Set(list).size === list.length, { error: 'names one twice' })
const someCapabilities = capabilityList.meta({ uniqueItems: true, minItems: 1 })
const optionalCapabilities = capabilityList.meta({ uniqueItems: true })

function member<Name extends keyof ConnectionSettings>(
  setting: Name,
  schema: z.ZodType<ConnectionSettings[Name]>,
  sentence: string,
) {
  return { setting, schema: schema.describe(sentence).optional() }
}

const members = {
  name: member('name', line, 'The name on the consent screen.'),
  description: member('description', text, 'Its purpose, in a sentence or two.'),
  developer_name: member('developerName', text, 'The developer.'),
  website: member('website', address, "The developer's website."),
  install_url: member('installUrl', address, 'The page of the partner on which an install begins.'),
  support_email: member('supportEmail', text, 'The e-mail address for support.'),
  support_url: member('supportUrl', address, 'The page for support.'),
  privacy_url: member('privacyUrl', address, 'The privacy policy.'),
  terms_url: member('termsUrl', address, 'The terms of use.'),
  client: member('clientType', clientType, 'confidential: it can keep a secret.'),
  redirect_uris: member(
    'redirectUris',
    addresses,
    'The addresses that people return to, exactly as written here. https; http on a loopback host; a scheme with a dot for public clients.',
  ),
  jwks: member(
    'jwks',
    keySet,
    'The public keys with which the client signs its assertions (private_key_jwt), as a JWK set.',
  ),
  jwks_uri: member(
    'jwksUri',
    textOrNull.meta({ pattern: '^https://', maxLength: 2_000 }).nullable(),
    'The address at which it publishes them instead.',
  ),
  capabilities: member('capabilities', someCapabilities, 'The most that it may ask for.'),
  optional_capabilities: member(
    'optionalCapabilities',
    optionalCapabilities,
    'Those of them that a person may leave out at the consent. The others are required.',
  ),
  require_pkce: member(
    'requirePkce',
    flag,
    'Refuse flows without a PKCE code challenge. Public clients always need one.',
  ),
  long_lived_tokens: member(
    'longLivedTokens',
    flag,
    'Access tokens that do not expire, for partners that never refresh.',
  ),
  require_par: member(
    'requirePar',
    flag,
    'Refuse flows that do not begin with a pushed authorization request (RFC 9126).',
  ),
  device_flow: member(
    'deviceFlow',
    flag,
    'Allow the device flow (RFC 8628): a tool without a browser shows a code that people enter elsewhere.',
  ),
  require_dpop: member(
    'requireDpop',
    flag,
    'Refuse token requests without a proof of possession (DPoP, RFC 9449).',
  ),
  leave_out_iss: member(
    'leaveOutIss',
    flag,
    'Answer without the iss parameter (RFC 9207), for clients that break on it.',
  ),
} satisfies Record<string, ReturnType<typeof member>>

const rows = Object.entries(members).map(([name, { setting, schema }]) => ({ name, setting, schema }))

const document = z
  .strictObject(
    {
      $schema: z.string({ error: 'is no text' }).optional(),
      id: z
        .string({ error: 'is no UUID' })
        .refine(value => readUuid(value) !== null, { error: 'is no UUID' })
        .describe('The client_id. It cannot be changed.')
        .optional(),
      kind: z
        .enum(['public', 'internal'], { error: 'is neither "public" nor "internal"' })
        .describe('It cannot be changed.')
        .optional(),
      ...Object.fromEntries(rows.map(({ name, schema }) => [name, schema])),
    },
    {
      error: issue =>
        issue.code === 'unrecognized_keys' ? 'is no member of a manifest' : 'is no JSON object',
    },
  )
  .meta({
    title: 'A Latchkey connection',
    description: 'The settings of a connection. A member that is left out stays as it is, null clears it.',
  })

/** The name of each setting in a manifest, for faults and changes. */
export const manifestName = Object.fromEntries(rows.map(({ setting, name }) => [setting, name])) as Record<
  keyof ConnectionSettings,
  string
>

/** Every member, in the order of the table. `schema`: the address of the JSON Schema. */
export function manifestOf(connection: Connection, schema: string): Record<string, unknown> {
  return {
    $schema: schema,
    id: connection.id,
    kind: connection.kind,
    ...Object.fromEntries(rows.map(({ name, setting }) => [name, connection[setting]])),
  }
}

export type ReadManifest = { kind: 'read'; manifest: Manifest } | { kind: 'unreadable'; faults: string[] }

/** Reads the text of a manifest, behind a byte order mark too. Registration may still refuse the settings: see faultsOfSettings. */
export function readManifest(text: string): ReadManifest {
  if (text.length > 100_000) return unreadable(['The manifest is longer than 100,000 characters.'])
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    return unreadable([`The manifest is no JSON: ${(error as Error).message}.`])
  }
  const read = document.safeParse(json)
  if (!read.success) return unreadable(faultsOf(read.error.issues))
  const { id, kind, ...sent } = read.data as { id?: string; kind?: Connection['kind'] } & typeof read.data
  const settings = rows
    .filter(({ name }) => name in sent)
    .map(({ name, setting }) => [setting, sent[name as keyof typeof sent]])
  return {
    kind: 'read',
    manifest: {
      id: readUuid(id),
      kind: kind ?? null,
      settings: Object.fromEntries(settings) as Manifest['settings'],
    },
  }
}

/** One sentence for each member, however many of its items are at fault. */
function faultsOf(issues: z.core.$ZodIssue[]): string[] {
  const sentences = new Map<unknown, string>()
  for (const issue of issues)
    if (issue.code === 'unrecognized_keys')
      for (const key of issue.keys) sentences.set(key, `${JSON.stringify(key)} ${issue.message}.`)
    else {
      const name = issue.path[0]
      if (!sentences.has(name))
        sentences.set(name, `${name === undefined ? 'The manifest' : String(name)} ${issue.message}.`)
    }
  return [...sentences.values()]
}

function unreadable(faults: string[]): ReadManifest {
  return { kind: 'unreadable', faults }
}

/** The JSON Schema (draft 2020-12) of a manifest, under its public address. */
export function manifestSchema(address: string): object {
  const { $schema, ...schema } = z.toJSONSchema(document, { io: 'input' })
  return { $schema, $id: address, ...schema }
}
