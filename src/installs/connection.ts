import type { Capability } from './capability.ts'
import type { KeySet } from './client-keys.ts'

/** The members that its developer may change at any time. Kind, workspace and the operator's marks are not among them. */
export type ConnectionSettings = {
  name: string
  description: string | null
  developerName: string | null
  website: string | null
  installUrl: string | null
  supportEmail: string | null
  supportUrl: string | null
  privacyUrl: string | null
  termsUrl: string | null
  clientType: 'public' | 'confidential'
  redirectUris: string[]
  /** The public keys of a client that authenticates with signed assertions; null: it has none here. */
  jwks: KeySet | null
  /** The address at which it publishes them instead. */
  jwksUri: string | null
  capabilities: Capability[]
  /** Those of `capabilities` that a person may leave out at the consent. */
  optionalCapabilities: Capability[]
  requirePkce: boolean
  longLivedTokens: boolean
  leaveOutIss: boolean
  requireDpop: boolean
  deviceFlow: boolean
  requirePar: boolean
}

/**
 * How it came to be known. `registered`: by a developer or the operator; `published`: its id is the address of the document in
 * which it describes itself; `self-registered`: it sent its metadata, and nobody vouches for it.
 */
export type Origin = 'registered' | 'published' | 'self-registered'

/** The registration of a partner: the OAuth client, whose id is the `client_id`. */
export type Connection = ConnectionSettings & {
  id: string
  kind: 'public' | 'internal'
  origin: Origin
  /** The workspace it belongs to; null for a connection that the operator registered. */
  workspaceId: string | null
  createdBy: string | null
  hasLogo: boolean
  /** A resource server may introspect tokens of every connection. */
  resourceServer: boolean
  firstParty: boolean
  verified: boolean
  disabled: boolean
}
