import type { ClientBase } from 'pg'
import type { InstallEvent } from '../../installs/events.ts'

/** Appends what happened, in the transaction of the change that it tells of. */
export async function appendEvent(client: ClientBase, event: InstallEvent): Promise<void> {
  await client.query({
    name: 'append-event',
    text: `insert into events
             (id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, request_id, data)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [
      event.id,
      event.at,
      event.kind,
      event.workspaceId,
      event.connectionId,
      event.installationId,
      event.actorId,
      event.address,
      event.requestId,
      JSON.stringify(event.data),
    ],
  })
}
