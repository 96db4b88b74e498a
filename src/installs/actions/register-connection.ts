import { createHash } from 'node:crypto'
import type { Capability } from '../capability.ts'
import type { Connection } from '../connection.ts'
import type { InstallEvent } from '../events.ts'
import { type ConnectionSettings, faultsOfSettings, type NativeSchemes } from '../registration.ts'
import { newTokenValue } from '../token-value.ts'

/** A connection to register; the right to do so is checked before (policy.ts). */
export type Registration = ConnectionSettings &
  Pick<Connection, 'kind' | 'workspaceId' | 'createdBy' | 'firstParty' | 'verified'> &
  Partial<Pick<Connection, 'resourceServer' | 'origin'>> &
  Provenance

/** How a connection came that no developer registered. */
type Provenance = {
  /** Of a connection that registered itself: the SHA-256 of the token that manages it. */
  registrationTokenHash?: Buffer
  /** Of a published one: the address of its document. */
  documentUrl?: string
}

/** As SettingsFault, of any member of the registration. */
export type RegistrationFault = { member: keyof Registration; value?: string; fault: string }

/** From where it is asked; nulls for the command line. */
export type From = { address: string | null; requestId: string | null }

export type Registered = {
  kind: 'registered'
  connection: Connection
  /** Shown once. null for public clients and internal connections. */
  secret: string | null
  /** The token of an internal connection. */
  token: string | null
}

export type RegisterStores = {
  insertConnection(connection: Connection & Provenance, now: Date): Promise<void>
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

export type RegisterNeeds = NativeSchemes & {
  transact<T>(work: (stores: RegisterStores) => Promise<T>): Promise<T>
  now(): Date
  newId(): string
  random(bytes: number): Uint8Array
  /** Encrypts a value that may be copied again. */
  seal(text: string): string
}

/** Registers a connection; its id is the client_id. Its secret or internal token is returned only here. */
export function registerConnection(needs: RegisterNeeds) {
  return async (
    asked: Registration,
    from: From = { address: null, requestId: null },
  ): Promise<Registered | { kind: 'invalid'; faults: RegistrationFault[] }> => {
    const faults = faultsOf(asked, needs)
    if (faults.length > 0) return { kind: 'invalid', faults }
    const connection = connectionOf(asked, needs.newId())
    const now = needs.now()
    const internal = connection.kind === 'internal'
    const signs = connection.jwks !== null || connection.jwksUri !== null
    const secret =
      internal || signs || connection.clientType === 'public' ? null : newTokenValue('lks_', needs.random)
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
        ...from,
        data: { capabilities: connection.capabilities, redirect_uris: connection.redirectUris },
      })
    })
    return { kind: 'registered', connection, secret, token }
  }
}

function secretRow(needs: RegisterNeeds, connection: Connection, secret: string, now: Date): SecretRow {
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

function connectionOf(asked: Registration, id: string): Connection & Provenance {
  return {
    ...asked,
    id,
    redirectUris: [...asked.redirectUris],
    capabilities: [...asked.capabilities],
    origin: asked.origin ?? 'registered',
    hasLogo: false,
    resourceServer: asked.resourceServer ?? false,
    disabled: false,
  }
}

function faultsOf(asked: Registration, { nativeSchemes }: NativeSchemes): RegistrationFault[] {
  const faults: RegistrationFault[] = faultsOfSettings(asked.kind, asked, nativeSchemes)
  if (asked.kind === 'internal' && asked.workspaceId === null)
    faults.push({
      member: 'workspaceId',
      fault: 'is missing: an internal connection belongs to a workspace',
    })
  return faults
}
