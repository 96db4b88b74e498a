import { auth, type OAuthClientProvider, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js'

/** An application on a person's computer that uses the official client as it is, with nothing but the address of a server. */
export class McpApplication implements OAuthClientProvider {
  readonly redirectUrl: string
  readonly clientMetadata: OAuthClientMetadata
  /** Where its registration would be published; left out, it registers itself. */
  readonly clientMetadataUrl?: string
  client?: OAuthClientInformationMixed
  stored?: OAuthTokens
  /** Where it last sent its person. */
  authorizeUrl?: URL
  private readonly address: URL
  private verifier = ''

  constructor(base: string, redirectUrl: string, name: string, clientMetadataUrl?: string) {
    this.address = new URL(`${base}/mcp`)
    this.redirectUrl = redirectUrl
    if (clientMetadataUrl) this.clientMetadataUrl = clientMetadataUrl
    this.clientMetadata = {
      client_name: name,
      redirect_uris: [redirectUrl],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    }
  }

  clientInformation = () => this.client
  saveClientInformation = (client: OAuthClientInformationMixed) => {
    this.client = client
  }
  tokens = () => this.stored
  saveTokens = (tokens: OAuthTokens) => {
    this.stored = tokens
  }
  redirectToAuthorization = (url: URL) => {
    this.authorizeUrl = url
  }
  saveCodeVerifier = (verifier: string) => {
    this.verifier = verifier
  }
  codeVerifier = () => this.verifier

  /** Connects. @returns null where the person has to allow access first, at `authorizeUrl`. */
  async connect(): Promise<Client | null> {
    const client = new Client({ name: 'application', version: '1' })
    try {
      await client.connect(new StreamableHTTPClientTransport(this.address, { authProvider: this }))
      return client
    } catch (error) {
      if (error instanceof UnauthorizedError) return null
      throw error
    }
  }

  /** Takes the code from the address that the browser was sent back to. */
  async redeem(callback: string): Promise<void> {
    const authorizationCode = new URL(callback).searchParams.get('code')!
    await auth(this, { serverUrl: this.address, authorizationCode })
  }
}
