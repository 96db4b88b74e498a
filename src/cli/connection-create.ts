import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Option } from 'commander'
import type { DataSource } from 'typeorm'
import type { Registration, RegistrationFault } from '../installs/actions/register-connection.ts'
import { type Capability, capabilities, isCapability } from '../installs/capability.ts'
import type { KeySet } from '../installs/client-keys.ts'
import { readUuid } from '../installs/ids.ts'
import { mayCreateConnection } from '../installs/policy.ts'
import { blankSettings, type ConnectionSettings } from '../installs/registration.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { readPlaceToCreate } from '../storage/postgres/stores/managed-connections.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import { CliError, newCommand, outputOf, UsageError } from './command.ts'
import { shownConnection } from './connection-output.ts'
import { withStores } from './stores.ts'

/** Every setting that is not named here has an option of its own name. */
type Options = Partial<ConnectionSettings> & {
  name: string
  public?: boolean
  internal?: boolean
  workspace?: string
  redirectUri: string[]
  capabilities: Capability[]
  client: 'public' | 'confidential'
  firstParty?: boolean
  verified?: boolean
  resourceServer?: boolean
  owner?: string
  json?: boolean
}

export function createCommand(): Command {
  return newCommand('create', 'register a connection; its secret or token is printed once')
    .requiredOption('--name <name>', 'the name that users see')
    .option('--public', 'any workspace may install it (the default)')
    .addOption(
      new Option('--internal', 'it belongs to one workspace and has a token instead of a flow').conflicts(
        'public',
      ),
    )
    .option('--workspace <id>', 'the workspace that it belongs to')
    .option('--redirect-uri <address...>', 'an allowed redirect URI, compared exactly', [])
    .requiredOption('--capabilities <list>', `comma-separated: ${capabilities.join(', ')}`, readCapabilities)
    .option(
      '--optional-capabilities <list>',
      'those of them that people may leave out at the consent; the others are required',
      readOptional,
    )
    .option('--description <text>', 'what it does, in a sentence or two')
    .option('--developer-name <name>', "the developer's name")
    .option('--website <address>', "the developer's website")
    .option('--install-url <address>', "where an install starts on the partner's site")
    .option('--support-email <address>', 'where users get help')
    .option('--support-url <address>', 'where users get help')
    .option('--privacy-url <address>', 'the privacy policy')
    .option('--terms-url <address>', 'the terms of use')
    .addOption(
      new Option('--client <type>', 'the OAuth client type')
        .choices(['public', 'confidential'])
        .default('confidential'),
    )
    .option(
      '--jwks <file>',
      'the public keys with which the client signs its assertions, a JWK set',
      readKeySet,
    )
    .option('--jwks-uri <address>', 'the address at which it publishes them')
    .option('--require-pkce', 'refuse authorization requests without a code challenge')
    .option('--long-lived-tokens', 'access tokens that do not expire, for partners that never refresh')
    .option('--require-par', 'refuse flows that do not begin with a pushed authorization request (RFC 9126)')
    .option('--device-flow', 'allow the device flow (RFC 8628), for tools without a browser')
    .option('--require-dpop', 'refuse token requests without a proof of possession (DPoP, RFC 9449)')
    .option('--leave-out-iss', 'omit the iss response parameter (RFC 9207), for partners that reject it')
    .option('--first-party', 'built by the host product')
    .option('--verified', 'mark its developer as verified')
    .option('--resource-server', 'it may introspect the tokens of every connection, as your own API does')
    .option('--owner <email>', 'the user who manages it')
    .action(create)
}

async function create(options: Options): Promise<void> {
  const output = outputOf(options)
  const workspaceId = options.workspace === undefined ? null : readUuid(options.workspace)
  if (options.workspace !== undefined && workspaceId === null)
    throw new UsageError(`--workspace is no UUID: ${JSON.stringify(options.workspace)} (see --help)`)
  if (options.internal && workspaceId === null)
    throw new UsageError('--internal needs --workspace (see --help)')

  const registered = await withStores(async stores => {
    const createdBy = options.owner ? await findOwner(stores.database, options.owner, workspaceId) : null
    if (workspaceId) await requireWorkspace(stores.database, workspaceId)
    const { registrar } = await import('../compose/directory.ts')
    return registrar(
      stores.database,
      stores.secretKeys,
      stores.nativeSchemes,
    )(registrationOf(options, workspaceId, createdBy))
  })
  if (registered.kind === 'invalid') throw new CliError(registered.faults.map(sentence).join('; '))
  const { connection, secret, token } = registered
  output.answer(
    {
      ...shownConnection(connection),
      ...(secret ? { client_secret: secret } : {}),
      ...(token ? { token } : {}),
    },
    [
      `id             ${connection.id}`,
      `client_id      ${connection.id}`,
      ...(secret ? [`client_secret  ${secret}`] : []),
      ...(token ? [`token          ${token}`] : []),
      ...(secret || token ? ['Keep it now: it is not shown again.'] : []),
    ].join('\n'),
  )
}

function registrationOf(
  options: Options,
  workspaceId: string | null,
  createdBy: string | null,
): Registration {
  const settings = Object.fromEntries(
    Object.entries(blankSettings).map(([member, blank]) => [
      member,
      options[member as keyof ConnectionSettings] ?? blank,
    ]),
  ) as ConnectionSettings
  return {
    kind: options.internal ? 'internal' : 'public',
    workspaceId,
    createdBy,
    ...settings,
    clientType: options.client,
    redirectUris: options.redirectUri,
    firstParty: options.firstParty ?? false,
    verified: options.verified ?? false,
    resourceServer: options.resourceServer ?? false,
  }
}

const optionNames: Record<string, string> = {
  redirectUris: '--redirect-uri',
  workspaceId: '--workspace',
  createdBy: '--owner',
  clientType: '--client',
}

function sentence({ member, value, fault }: RegistrationFault): string {
  const option = optionNames[member] ?? `--${member.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
  return value === undefined ? `${option} ${fault}` : `${option} ${JSON.stringify(value)} ${fault}`
}

function readKeySet(file: string): KeySet {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new UsageError(`--jwks cannot be read from ${JSON.stringify(file)}: ${(error as Error).message}`)
  }
}

const readCapabilities = (text: string) => capabilitiesIn('--capabilities', text)
const readOptional = (text: string) => capabilitiesIn('--optional-capabilities', text)

function capabilitiesIn(option: string, text: string): Capability[] {
  const words = text.split(',').map(word => word.trim())
  const unknown = words.filter(word => !isCapability(word))
  if (unknown.length > 0)
    throw new UsageError(`${option} has ${JSON.stringify(unknown[0])}; known are ${capabilities.join(', ')}`)
  return [...new Set(words.filter(isCapability))]
}

export async function requireWorkspace(database: DataSource, id: string): Promise<void> {
  const rows = await database.query('select from workspaces where id = $1', [id])
  if (rows.length === 0) throw new CliError(`There is no workspace ${id}.`)
}

/** In a workspace, the owner must be someone who could have created it there. */
async function findOwner(database: DataSource, email: string, workspaceId: string | null): Promise<string> {
  const pool = poolOf(database)
  const found = await userStore(pool).byEmail(email)
  if (!found) throw new CliError(`There is no user with the e-mail address ${email}.`)
  const { id } = found.user
  const place = workspaceId && (await readPlaceToCreate(pool, id, workspaceId))
  const may = place && mayCreateConnection({ userId: id, ...place }, place.plan, place.policy)
  if (may && may.kind === 'no')
    throw new CliError(
      may.because === 'only-owners-create'
        ? `The policy of the workspace ${workspaceId} lets its owners alone create connections, and ${email} is none.`
        : `${email} is no member of the workspace ${workspaceId}.`,
    )
  return id
}
