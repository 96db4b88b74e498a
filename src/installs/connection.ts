import type { Capability } from './capability.ts'

/** What a partner registers; it is the OAuth client, and its id is the `client_id`. */
export type Connection = {
  id: string
  kind: 'public' | 'internal'
  /** The workspace it belongs to; null for a connection that the operator registered. */
  workspaceId: string | null
  createdBy: string | null
  name: string
  description: string | null
  developerName: string | null
  website: string | null
  installUrl: string | null
  supportEmail: string | null
  supportUrl: string | null
  privacyUrl: string | null
  termsUrl: string | null
  hasLogo: boolean
  clientType: 'public' | 'confidential'
  redirectUris: string[]
  capabilities: Capability[]
  requirePkce: boolean
  longLivedTokens: boolean
  leaveOutIss: boolean
  /** A resource server may introspect tokens of every connection. */
  resourceServer: boolean
  firstParty: boolean
  verified: boolean
  disabled: boolean
}
