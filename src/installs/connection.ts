import type { Capability } from './capability.ts'

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
  capabilities: Capability[]
  requirePkce: boolean
  longLivedTokens: boolean
  leaveOutIss: boolean
}

/** The registration of a partner: the OAuth client, whose id is the `client_id`. */
export type Connection = ConnectionSettings & {
  id: string
  kind: 'public' | 'internal'
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
