import type { ClientBase } from 'pg'
import type { InstallEvent } from '../../../installs/events.ts'

/** The present installer: kept in the event, which must not change when the installation is handed over later. */
const installer = (event: { given: string; installation: string }) =>
  `coalesce(${event.given}, (select i.user_id from installations i where i.id = ${event.installation}))`

/** Appends an event, in the transaction of its change. */
export async function appendEvent(client: ClientBase, event: InstallEvent): Promise<void> {
  await client.query({
    name: 'append-event',
    text: `insert into events
             (id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, request_id, data, installer_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ${installer({ given: '$11::uuid', installation: '$6' })})`,
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
      event.installerId ?? null,
    ],
  })
}

/** The same for many at once, as one statement. */
export async function appendEvents(client: ClientBase, events: readonly InstallEvent[]): Promise<void> {
  if (events.length === 0) return
  await client.query(
    `insert into events
       (id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, request_id, data, installer_id)
     select id, at, kind, workspace_id, connection_id, installation_id, actor_id, address, request_id, data,
       ${installer({ given: 'e.installer_id', installation: 'e.installation_id' })}
     from jsonb_to_recordset($1) as e (id uuid, at timestamptz, kind text, workspace_id uuid, connection_id uuid,
       installation_id uuid, actor_id uuid, address text, request_id text, data jsonb, installer_id uuid)`,
    [
      JSON.stringify(
        events.map(event => ({
          id: event.id,
          at: event.at,
          kind: event.kind,
          workspace_id: event.workspaceId,
          connection_id: event.connectionId,
          installation_id: event.installationId,
          actor_id: event.actorId,
          address: event.address,
          request_id: event.requestId,
          data: event.data,
          installer_id: event.installerId ?? null,
        })),
      ),
    ],
  )
}
