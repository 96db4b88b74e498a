/** The ports of the provider: the stores that it needs, and the rows that they return. */
import type { Capability } from '../installs/capability.ts'
import type { Connection } from '../installs/connection.ts'
import type { InstallationState, StateReason } from '../installs/installation.ts'
import type { Placement } from '../installs/policy.ts'

/** A connection as an OAuth client. `version` changes with every change of the connection. */
export type ClientConnection = Pick<
  Connection,
  | 'id'
  | 'clientType'
  | 'redirectUris'
  | 'capabilities'
  | 'requirePkce'
  | 'longLivedTokens'
  | 'leaveOutIss'
  | 'requireDpop'
  | 'deviceFlow'
  | 'jwks'
  | 'jwksUri'
  | 'origin'
  | 'requirePar'
  | 'resourceServer'
> & {
  version: string
  /** Of a published one: the address of its document, which is its client_id. */
  documentUrl: string | null
  /** Since when the document cannot be had; null: it was good the last time. */
  documentFailedAt: Date | null
  /** The resources of a resource server, in their canonical form. */
  resources: string[]
}

/** The current version of a client, and the SHA-256 of each of its live secrets. */
export type ClientProof = { version: string; secretHashes: Buffer[] }

/** One of the library's models as stored: without its `jti`, which is the secret itself, and without members that are columns. */
export type Payload = Record<string, unknown>

/** The workspace and the user that a token belongs to. */
export type TokenOwner = {
  workspaceId: string
  workspaceName: string
  workspaceIcon: string | null
  user: { id: string; name: string; email: string; avatarUrl: string | null }
}

/** A stored authorization code, with everything its redemption checks. */
export type KeptCode = {
  grantId: string
  /** The connection that the code was issued to. */
  connectionId: string
  payload: Payload
  consumedAt: Date | null
  issuedAt: Date
  /** When the authorization ends; the code itself ends earlier. */
  expiresAt: Date
  capabilities: Capability[]
  owner: TokenOwner
  placement: Placement
  /** null: not redeemed yet, or these tokens are gone. */
  first: FirstTokens | null
  /** A digest of the rows behind `placement`: it changes whenever one of them does. */
  stamp: string
}

/** The tokens that the exchange of a code brought. */
export type FirstTokens = {
  installationId: string
  accessHash: Buffer
  /** When the access token expires. */
  expiresAt: Date
  /** Either token has been used, as far as is written. */
  used: boolean
  /** Several requests tried to redeem the code at about the same time. */
  contested: boolean
}

/** A stored refresh token, with its installation. */
export type KeptRefreshToken = {
  grantId: string
  /** The connection that the token was issued to. */
  connectionId: string
  payload: Payload
  /** When the next refresh token was issued; null: not yet rotated. */
  consumedAt: Date | null
  /** The SHA-256 of the next refresh token. */
  nextHash: Buffer | null
  /** The next refresh token has itself been rotated. */
  nextUsed: boolean
  issuedAt: Date
  expiresAt: Date
  owner: TokenOwner
  /** `accessEnded`: the time for which the member allowed access is over. */
  installation: {
    id: string
    state: InstallationState
    capabilities: Capability[]
    /** Added by the member after the consent. */
    addedCapabilities: Capability[]
    accessEnded: boolean
  }
  /** The member who installed is still in the workspace and enabled. */
  installerStays: boolean
}

/** One token to store. */
export type NewToken = { hash: Buffer; payload: Payload; expiresAt: Date }
export type Issue = { grantId: string; access: NewToken; refresh: NewToken | null; now: Date }

/** The members of an event that come from the request. */
export type Trace = { eventId: string; at: Date; address: string | null; requestId: string }

export type Redeemed =
  | { kind: 'redeemed'; installationId: string }
  /** Another request redeemed the code first, or the authorization is gone. */
  | { kind: 'lost' }
  /** The member no longer has access to any page of the consent. */
  | { kind: 'no-pages' }
  /** The placement changed since it was read, so the statement wrote no row; read it again. */
  | { kind: 'changed' }

/** Reads of the token endpoint, one SQL statement each. */
export type TokenReadings = {
  readCode(clientId: string, codeHash: Buffer): Promise<{ client: ClientProof | null; code: KeptCode | null }>
  readRefreshToken(
    clientId: string,
    tokenHash: Buffer,
  ): Promise<{ client: ClientProof | null; token: KeptRefreshToken | null }>
}

export type Redemptions = {
  /** Consumes the code, applies its consent, issues its tokens and records the event, atomically. */
  redeem(
    codeHash: Buffer,
    issue: Issue,
    more: { installationId: string; stamp: string; trace: Trace },
  ): Promise<Redeemed>
  /** Undoes the redemption by this request, for a caller that could not learn its outcome: the partner may retry. */
  reopenCode(codeHash: Buffer, issue: Issue, requestId: string): Promise<void>
}

export type Rotations = {
  /**
   * Issues the next refresh token, unless it exists, and an access token.
   * @returns false, without a write, where the authorization or the installation is no longer active, or where the token already
   *   has another next token.
   */
  rotate(tokenHash: Buffer, issue: Issue): Promise<boolean>
}

export type FamilyEndings = {
  /** Counts requests that tried to redeem the code at about the same moment as the winner. */
  countRivals(codeHash: Buffer, rivals: number): Promise<void>
  /**
   * Ends the authorization and all its tokens, and records the event. With `unlessContested`, leaves them alive where the code had
   * several rivals. `parent`: the SHA-256 of the refresh token that was reused; null: the code was.
   */
  endFamily(
    grantId: string,
    kind: 'refresh-token.reused' | 'code.reused',
    trace: Trace,
    which: { parent: Buffer | null; unlessContested: boolean },
  ): Promise<EndedFamily>
}

/** Reads and writes of the token endpoint, one SQL statement each. */
export type TokenStore = TokenReadings & Redemptions & Rotations & FamilyEndings

/** How many unexpired tokens ended with an authorization, and the address of the first use where it was recorded. */
export type EndedFamily = { ended: boolean; access: number; refresh: number; firstFrom: string | null }

/** A client secret as the developer hub identifies it; never its value. */
export type SecretStatus = {
  /** The last four characters. */
  hint: string
  createdAt: Date
  /** To the minute. */
  lastUsedAt: Date | null
  /** null: live. */
  revokedAt: Date | null
}

export type ClientStore = {
  /** null: unknown, disabled, deleted, or an internal connection. */
  readClient(id: string): Promise<ClientConnection | null>
  readProof(id: string): Promise<ClientProof | null>
  /** Records, outside of the request, that the secret with this SHA-256 was used. */
  noteSecretUse(clientId: string, secretHash: Buffer, at: Date): Promise<void>
}

export type Authorizations = {
  /** @returns false when the user has left the workspace. */
  openAuthorization(row: {
    grantId: string
    consentId: string
    workspaceId: string
    connectionId: string
    userId: string
    now: Date
    expiresAt: Date
  }): Promise<boolean>
  /** null: ended. */
  readAuthorization(grantId: string): Promise<OpenedAuthorization | null>
  /** Stores the code of an authorization. @returns false when the authorization has ended, or has another code or a redeemed one. */
  saveCode(code: { hash: Buffer; grantId: string; payload: Payload; now: Date }): Promise<boolean>
}

export type OpenedAuthorization = {
  connectionId: string
  userId: string
  capabilities: Capability[]
  expiresAt: Date
  /** null: it has no code yet. */
  codeHash: Buffer | null
  redeemed: boolean
}

/** Reads and writes of the authorization endpoint and the flow. */
export type AuthorizationStore = ClientStore & Authorizations

/** An active token, and its access at the moment of the request. */
export type TokenInForce = {
  connectionId: string
  workspaceId: string
  installationId: string
  /** null: the token of an internal connection. */
  userId: string | null
  /** The id of an internal connection's token. */
  internalTokenId: string | null
  capabilities: Capability[]
  issuedAt: Date
  expiresAt: Date | null
  /** The resource that the token is for (RFC 8707), if one was named. */
  audience: string | null
  /** The thumbprint of the key that the token is bound to (RFC 9449). */
  jkt: string | null
  /** The granted pages that exist and that their grantor can still access. */
  pageIds: string[]
}

export type IntrospectionStore = {
  /** `token` is null when it is inactive, or issued to another client than the one asking, unless that is a resource server. */
  introspect(
    clientId: string,
    token: { kind: 'access' | 'refresh' | 'internal'; hash: Buffer },
    now: Date,
  ): Promise<{ client: ClientProof | null; token: TokenInForce | null }>
}

export type RevocationStore = {
  /** @returns the id of the authorization that ended, if any. */
  revoke(
    clientId: string,
    token: { kind: 'access' | 'refresh'; hash: Buffer },
    trace: Trace,
  ): Promise<string | null>
}

export type ResourceStore = {
  /** Whether an enabled resource server has this resource, given in its canonical form. */
  hasResource(url: string): Promise<boolean>
}

export type SecretStore = {
  /** The live secrets of a client, oldest first, and a revoked one whose SHA-256 is `sent`. */
  readSecrets(clientId: string, sent: Buffer): Promise<SecretStatus[]>
}

/** Why a token is inactive, for the connection that it was issued to. */
export type TokenStatus = {
  /** null: no expiry. */
  expiresAt: Date | null
  /** A refresh token that was rotated; an internal token that was revoked. */
  ended: boolean
  state: InstallationState
  stateReason: StateReason | null
  /** The member who allowed access is still in the workspace and enabled; true for internal connections. */
  memberIsThere: boolean
}

export type TokenStatusStore = {
  /** For the developer's log. null: unknown, or issued to another connection. */
  readTokenStatus(
    clientId: string,
    token: { kind: 'access' | 'refresh' | 'internal'; hash: Buffer },
  ): Promise<TokenStatus | null>
}

export type ProviderStore = ResourceStore &
  SecretStore &
  TokenStatusStore &
  TokenStore &
  AuthorizationStore &
  IntrospectionStore &
  RevocationStore

export type NoteUse = (used: { installationId: string; internalTokenId: string | null }, now: Date) => void
