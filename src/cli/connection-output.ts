import type { Connection } from '../installs/connection.ts'
import { manifestOf } from '../manifest/manifest.ts'

/** A connection as scripts read it; the settings have the names of the manifest. */
export function shownConnection(connection: Connection) {
  const { $schema: _, id: _id, kind: _kind, ...settings } = manifestOf(connection, '')
  return {
    id: connection.id,
    client_id: connection.id,
    name: connection.name,
    kind: connection.kind,
    workspace_id: connection.workspaceId,
    created_by: connection.createdBy,
    ...settings,
    first_party: connection.firstParty,
    verified: connection.verified,
    resource_server: connection.resourceServer,
    disabled: connection.disabled,
  }
}
