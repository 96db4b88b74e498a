import type { Connection } from '../installs/connection.ts'

/** A connection as scripts read it; the names are those of the options of `connection create`. */
export function shownConnection(connection: Connection) {
  return {
    id: connection.id,
    client_id: connection.id,
    name: connection.name,
    kind: connection.kind,
    workspace_id: connection.workspaceId,
    created_by: connection.createdBy,
    client: connection.clientType,
    redirect_uris: connection.redirectUris,
    capabilities: connection.capabilities,
    description: connection.description,
    developer_name: connection.developerName,
    website: connection.website,
    install_url: connection.installUrl,
    support_email: connection.supportEmail,
    support_url: connection.supportUrl,
    privacy_url: connection.privacyUrl,
    terms_url: connection.termsUrl,
    require_pkce: connection.requirePkce,
    long_lived_tokens: connection.longLivedTokens,
    leave_out_iss: connection.leaveOutIss,
    first_party: connection.firstParty,
    verified: connection.verified,
    resource_server: connection.resourceServer,
    disabled: connection.disabled,
  }
}
