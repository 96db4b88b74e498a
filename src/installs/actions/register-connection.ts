import { createHash } from 'node:crypto'
import type { Capability } from '../capability.ts'
import type { Connection } from '../connection.ts'
import type { InstallEvent } from '../events.ts'
import { faultOfRedirectUri } from '../redirect-uri.ts'
import { newTokenValue } from '../token-value.ts'

/** What a developer or the operator asks for; who may ask is decided before (policy.ts). */
export type Registration = Pick<
  Connection,
  | 'kind'
  | 'workspaceId'
  | 'createdBy'
  | 'name'
  | 'website'
  | 'supportEmail'
  | 'supportUrl'
  | 'privacyUrl'
  | 'termsUrl'
  | 'clientType'
  | 'redirectUris'
  | 'requirePkce'
  | 'longLivedTokens'
  | 'firstParty'
  | 'verified'
> & { capabilities: readonly Capability[] }

/** One member of the registration and what is wrong with it, as the end of a sentence that begins with its name. */
export type RegistrationFault = { member: keyof Registration; fault: string }

export type Registered = {
  kind: 'registered'
  connection: Connection
  /** Shown once. null for public clients and internal connections. */
  secret: string | null
  /** The standing token of an internal connection. */
  token: string | null
}

export type RegisterStores = {
  insertConnection(connection: Connection, now: Date): Promise<void>
  insertSecret(row: SecretRow): Promise<void>
  /** The one installation of an internal connection, active from the start. */
  insertInternalInstallation(row: InternalInstallation): Promise<void>
  insertInternalToken(row: InternalTokenRow): Promise<void>
  append(event: InstallEvent): Promise<void>
}

export type SecretRow = {
  id: string
  connectionId: string
  hash: Buffer
  /** The last four characters. */
  hint: string
  createdBy: string | null
  createdAt: Date
}
export type InternalInstallation = {
  id: string
  workspaceId: string
  connectionId: string
  capabilities: readonly Capability[]
  createdAt: Date
}
export type InternalTokenRow = {
  id: string
  workspaceId: string
  installationId: string
  hash: Buffer
  sealed: string
  createdBy: string | null
  createdAt: Date
}

export type RegisterNeeds = {
  transact<T>(work: (stores: RegisterStores) => Promise<T>): Promise<T>
  now(): Date
  newId(): string
  random(bytes: number): Uint8Array
  /** Encrypts what may be copied again. */
  seal(text: string): string
}

/** Registers a connection; its id is the client_id. A secret or a standing token comes back once. */
export function registerConnection(needs: RegisterNeeds) {
  return async (
    asked: Registration,
  ): Promise<Registered | { kind: 'invalid'; faults: RegistrationFault[] }> => {
    const faults = faultsOf(asked)
    if (faults.length > 0) return { kind: 'invalid', faults }
    const connection = connectionOf(asked, needs.newId())
    const now = needs.now()
    const internal = connection.kind === 'internal'
    const secret = internal || connection.clientType === 'public' ? null : newTokenValue('lks_', needs.random)
    const token = internal ? newTokenValue('lki_', needs.random) : null
    await needs.transact(async stores => {
      await stores.insertConnection(connection, now)
      if (secret) await stores.insertSecret(secretRow(needs, connection, secret, now))
      if (token) await placeInternal(needs, stores, connection, token, now)
      await stores.append({
        id: needs.newId(),
        at: now,
        kind: 'connection.registered',
        workspaceId: connection.workspaceId,
        connectionId: connection.id,
        installationId: null,
        actorId: connection.createdBy,
        address: null,
        requestId: null,
        data: { capabilities: connection.capabilities, redirect_uris: connection.redirectUris },
      })
    })
    return { kind: 'registered', connection, secret, token }
  }
}

export function secretRow(
  needs: Pick<RegisterNeeds, 'newId'>,
  connection: Pick<Connection, 'id' | 'createdBy'>,
  secret: string,
  now: Date,
): SecretRow {
  return {
    id: needs.newId(),
    connectionId: connection.id,
    hash: createHash('sha256').update(secret).digest(),
    hint: secret.slice(-4),
    createdBy: connection.createdBy,
    createdAt: now,
  }
}

/** An internal connection is installed in its workspace as it is made, and reaches the pages that members add to it. */
async function placeInternal(
  needs: RegisterNeeds,
  stores: RegisterStores,
  connection: Connection,
  token: string,
  now: Date,
): Promise<void> {
  const installationId = needs.newId()
  const workspaceId = connection.workspaceId!
  await stores.insertInternalInstallation({
    id: installationId,
    workspaceId,
    connectionId: connection.id,
    capabilities: connection.capabilities,
    createdAt: now,
  })
  await stores.insertInternalToken({
    id: needs.newId(),
    workspaceId,
    installationId,
    hash: createHash('sha256').update(token).digest(),
    sealed: needs.seal(token),
    createdBy: connection.createdBy,
    createdAt: now,
  })
}

function connectionOf(asked: Registration, id: string): Connection {
  return {
    ...asked,
    id,
    redirectUris: [...asked.redirectUris],
    capabilities: [...asked.capabilities],
    description: null,
    developerName: null,
    installUrl: null,
    hasLogo: false,
    leaveOutIss: false,
    resourceServer: false,
    disabled: false,
  }
}

function faultsOf(asked: Registration): RegistrationFault[] {
  const faults: RegistrationFault[] = []
  const refuse = (member: keyof Registration, fault: string | null) => {
    if (fault) faults.push({ member, fault })
  }
  refuse('name', faultOfName(asked.name))
  for (const member of ['website', 'supportUrl', 'privacyUrl', 'termsUrl'] as const)
    refuse(member, faultOfWebAddress(asked[member]))
  if (asked.supportEmail !== null && !/^[^\s@<>"]+@[^\s@<>"]+$/.test(asked.supportEmail))
    refuse('supportEmail', `is no e-mail address: ${JSON.stringify(asked.supportEmail)}`)
  if (asked.capabilities.length === 0) refuse('capabilities', 'must name at least one')
  if (
    asked.capabilities.includes('read_user_with_email') &&
    asked.capabilities.includes('read_user_without_email')
  )
    refuse('capabilities', 'has read_user_with_email and read_user_without_email; name one of them')
  if (asked.kind === 'internal' && asked.workspaceId === null)
    refuse('workspaceId', 'is missing: an internal connection belongs to a workspace')
  refuse('redirectUris', faultOfRedirectUris(asked))
  return faults
}

function faultOfName(name: string): string | null {
  if (name.trim() === '' || [...name].length > 200) return 'must have 1 to 200 characters'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return /[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(name) || !name.isWellFormed()
    ? 'has control characters'
    : null
}

/** Links shown to people: nothing that a browser would run. */
function faultOfWebAddress(address: string | null): string | null {
  if (address === null) return null
  const shown = JSON.stringify(address)
  if (!URL.canParse(address)) return `is no web address: ${shown}`
  const { protocol, username, password } = new URL(address)
  if (protocol !== 'https:' && protocol !== 'http:') return `must begin with https://: ${shown}`
  return username || password ? `has a user part: ${shown}` : null
}

function faultOfRedirectUris({ kind, clientType, redirectUris }: Registration): string | null {
  if (kind === 'internal')
    return redirectUris.length > 0 ? 'are of no use: an internal connection has no flow' : null
  if (redirectUris.length === 0) return 'must name at least one'
  if (new Set(redirectUris).size < redirectUris.length) return 'name one address twice'
  for (const uri of redirectUris) {
    const fault = faultOfRedirectUri(uri, clientType)
    if (fault) return `has one that cannot be registered: ${JSON.stringify(uri)} ${fault}`
  }
  return null
}
