/** What the provider asks of the stores, by shape; `app.ts` is where the compiler checks who satisfies it. */
import type { Capability } from '../installs/capability.ts'
import type { Connection } from '../installs/connection.ts'
import type { InstallationState } from '../installs/installation.ts'
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
  | 'resourceServer'
> & { version: string }

/** What a request needs to know of its client at once: which version of it is valid now, and what proves it. */
export type ClientProof = { version: string; secretHashes: Buffer[] }

/** What the library wants kept of one of its models, less the `jti`, which is the secret itself, and what the row says. */
export type Payload = Record<string, unknown>

/** Where an installation is, and who made it. */
export type Place = {
  workspaceId: string
  workspaceName: string
  workspaceIcon: string | null
  user: { id: string; name: string; email: string; avatarUrl: string | null }
}

/** An authorization code as kept, with all that its redemption must look at. */
export type KeptCode = {
  grantId: string
  /** The connection that it was issued to. */
  connectionId: string
  payload: Payload
  consumedAt: Date | null
  issuedAt: Date
  /** The end of its authorization. */
  expiresAt: Date
  capabilities: Capability[]
  place: Place
  placement: Placement
  /** Differs once anything was written that the placement is made of. */
  stamp: string
}

/** A refresh token as kept, with its installation. */
export type KeptRefreshToken = {
  grantId: string
  /** The connection that it was issued to. */
  connectionId: string
  payload: Payload
  /** When the token that came after it was issued; null: none was yet. */
  consumedAt: Date | null
  /** The hash of that token. */
  successor: Buffer | null
  /** That token was used in its turn. */
  successorUsed: boolean
  issuedAt: Date
  expiresAt: Date
  place: Place
  installation: { id: string; state: InstallationState; capabilities: Capability[] }
  /** Whoever installed it is still a member, and enabled. */
  installerStays: boolean
}

/** One token about to be kept. */
export type NewToken = { hash: Buffer; payload: Payload; expiresAt: Date }
export type Issue = { grantId: string; access: NewToken; refresh: NewToken | null; now: Date }

/** Facts for the record of what happened. */
export type Trace = { eventId: string; at: Date; address: string | null; requestId: string }

export type Redeemed =
  | { kind: 'redeemed'; installationId: string }
  /** Another request redeemed the code first, or the authorization is gone. */
  | { kind: 'lost' }
  /** The member can no longer reach any page of the consent. */
  | { kind: 'no-pages' }
  /** What decides has changed since it was read, or the member or the installation did: read it again. Nothing was written. */
  | { kind: 'changed' }

/** Reads and writes of the token endpoint: each is one statement. */
export type TokenStore = {
  readCode(clientId: string, codeHash: Buffer): Promise<{ client: ClientProof | null; code: KeptCode | null }>
  readRefreshToken(
    clientId: string,
    tokenHash: Buffer,
  ): Promise<{ client: ClientProof | null; token: KeptRefreshToken | null }>
  /** Consumes the code, puts its consent into force, issues its tokens and records it: all of it, or nothing. */
  redeem(
    codeHash: Buffer,
    issue: Issue,
    more: { installationId: string; stamp: string; trace: Trace },
  ): Promise<Redeemed>
  /** Takes a redemption back whose outcome the caller could not learn, so that the partner may try again. */
  reopenCode(codeHash: Buffer, issue: Issue, requestId: string): Promise<void>
  /** Issues the successor, if there is none yet, and an access token; false: its authorization has ended, or what carries it stopped. */
  rotate(tokenHash: Buffer, issue: Issue): Promise<boolean>
  /** Counts another request that redeemed the code at about the same moment. */
  countRivals(codeHash: Buffer, rivals: number): Promise<void>
  /**
   * Ends the authorization and all its tokens, and records why; with `unlessContested` not where its code had several rivals.
   * `parent`: the hash of the refresh token that was used again; null: it was the code.
   */
  endFamily(
    grantId: string,
    kind: 'refresh-token.reused' | 'code.reused',
    trace: Trace,
    which: { parent: Buffer | null; unlessContested: boolean },
  ): Promise<EndedFamily>
}

/** What ended with an authorization, of what was in force, and from which address the first use came; null: not kept. */
export type EndedFamily = { ended: boolean; access: number; refresh: number; firstFrom: string | null }

/** A secret as the hub tells it from another: never its value. */
export type SecretStanding = {
  hint: string
  createdAt: Date
  lastUsedAt: Date | null
  /** null: it is live. */
  revokedAt: Date | null
}

/** Reads and writes of the authorization endpoint and the flow. */
export type AuthorizationStore = {
  /** null: unknown, disabled, deleted, or without a flow. */
  readClient(id: string): Promise<ClientConnection | null>
  readProof(id: string): Promise<ClientProof | null>
  /** @returns false when the user is no member any more. */
  openAuthorization(row: {
    grantId: string
    consentId: string
    workspaceId: string
    connectionId: string
    userId: string
    now: Date
    expiresAt: Date
  }): Promise<boolean>
  /** null: it has ended. */
  readAuthorization(
    grantId: string,
  ): Promise<{ connectionId: string; userId: string; capabilities: Capability[]; expiresAt: Date } | null>
  /** Gives the authorization its code; false: it has ended, or has one. */
  saveCode(code: { hash: Buffer; grantId: string; payload: Payload; now: Date }): Promise<boolean>
  /** Off the hot path: the secret with this hash was used. */
  noteSecretUse(clientId: string, secretHash: Buffer, at: Date): Promise<void>
}

/** A token in force, and what it may do at the moment of asking. */
export type TokenInForce = {
  connectionId: string
  workspaceId: string
  installationId: string
  /** null: a standing token of an internal connection. */
  userId: string | null
  /** That token's id. */
  internalTokenId: string | null
  capabilities: Capability[]
  issuedAt: Date
  expiresAt: Date | null
  /** Granted, still there, and still within reach of whoever granted them. */
  pageIds: string[]
}

export type IntrospectionStore = {
  /** A token that is not in force, or not this client's to ask about, is null. */
  introspect(
    clientId: string,
    token: { kind: 'access' | 'refresh' | 'internal'; hash: Buffer },
    now: Date,
  ): Promise<{ client: ClientProof | null; token: TokenInForce | null }>
}

export type RevocationStore = {
  /** @returns the authorization that it ended; null: none. */
  revoke(
    clientId: string,
    token: { kind: 'access' | 'refresh'; hash: Buffer },
    trace: Trace,
  ): Promise<string | null>
}

export type SecretStore = {
  /** The live secrets of a client, oldest first, and the one that was sent (by its SHA-256) where it was revoked. */
  readSecrets(clientId: string, sent: Buffer): Promise<SecretStanding[]>
}

/** How a token that is not in force stands with the connection that it was issued to. */
export type TokenStanding = {
  /** null: it lives until it is revoked. */
  expiresAt: Date | null
  /** A refresh token that has a successor; an internal token that was revoked. */
  ended: boolean
  state: string
  stateReason: string | null
  memberIsThere: boolean
}

export type StandingStore = {
  /** Beside the answer, for the log. null: there is none, or it is another connection's. */
  readTokenStanding(
    clientId: string,
    token: { kind: 'access' | 'refresh' | 'internal'; hash: Buffer },
  ): Promise<TokenStanding | null>
}

export type ProviderStore = SecretStore &
  StandingStore &
  TokenStore &
  AuthorizationStore &
  IntrospectionStore &
  RevocationStore

export type NoteUse = (used: { installationId: string; internalTokenId: string | null }, now: Date) => void
