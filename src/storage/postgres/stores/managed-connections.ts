/** The writes of a connection by its developer, each in the transaction of its action. */
import type { ClientBase, Pool } from 'pg'
import type { EntityManager } from 'typeorm'
import type { Capability } from '../../../installs/capability.ts'
import type { Connection } from '../../../installs/connection.ts'
import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import type { ConnectionSettings } from '../../../installs/registration.ts'
import type { Plan, Policy, Role } from '../../../installs/workspace.ts'
import { policySql } from '../policies.ts'
import { connections } from '../tables.ts'
import { connectionColumns, connectionStore } from './connections.ts'
import { registrationStore } from './registrations.ts'

type ManagedRow = Connection & {
  version: string
  disabledBy: ManagedConnection['disabledBy']
  role: Role | null
  userDisabled: boolean
}

/** `xmin` changes with every update of the row. $1 connection, $2 user. */
const managed = `select ${connectionColumns}, xmin::text as version,
    case when disabled_at is null then null when disabled_by is null then 'operator' else 'developer' end as "disabledBy",
    (select m.role from members m where m.workspace_id = connections.workspace_id and m.user_id = $2) as role,
    not exists (select from users u where u.id = $2 and not u.disabled) as "userDisabled"
  from connections where id = $1 and deleted_at is null`

function toManaged(row: ManagedRow | undefined, userId: string | null): ManagedConnection | null {
  if (!row) return null
  const { version, disabledBy, role, userDisabled, ...connection } = row
  return { connection, version, disabledBy, actor: { userId: userId ?? '', role, userDisabled } }
}

/** The connection as it is now, with the facts that decide whether this person manages it (null: the operator). */
export async function readManaged(
  pool: Pool,
  connectionId: string,
  userId: string | null,
): Promise<ManagedConnection | null> {
  const { rows } = await pool.query<ManagedRow>({
    name: 'managed-connection',
    text: managed,
    values: [connectionId, userId],
  })
  return toManaged(rows[0], userId)
}

/** Those in use. */
export async function countSecrets(database: Pool | ClientBase, connectionId: string): Promise<number> {
  const { rows } = await database.query<{ count: number }>(
    `select count(*)::int as count from connection_secrets where connection_id = $1 and revoked_at is null`,
    [connectionId],
  )
  return rows[0]!.count
}

export function managedConnectionStore(client: ClientBase, manager: EntityManager) {
  return {
    ...connectionStore(client),
    ...registrationStore(manager),

    /**
     * The lock lets others go on that only refer to the row: tokens of the connection are issued meanwhile. Held first, read
     * after: a statement that waited for the row still sees the members of before the wait.
     */
    async holdConnection(connectionId: string, userId: string | null): Promise<ManagedConnection | null> {
      await client.query('select from connections where id = $1 for no key update', [connectionId])
      const { rows } = await client.query<ManagedRow>(managed, [connectionId, userId])
      return toManaged(rows[0], userId)
    },

    async saveSettings(id: string, settings: ConnectionSettings, now: Date): Promise<void> {
      await manager.getRepository(connections).update(id, { ...settings, updatedAt: now })
    },

    async saveInternalCapabilities(id: string, capabilities: Capability[], now: Date): Promise<void> {
      await client.query(
        `update installations set capabilities = $2, updated_at = $3 where connection_id = $1 and user_id is null`,
        [id, capabilities, now],
      )
    },

    /** null takes the logo away. */
    async saveLogo(id: string, png: Buffer | null, now: Date): Promise<boolean> {
      const { rowCount } = await client.query(
        `update connections set logo = $2, logo_type = $3, updated_at = $4 where id = $1 and logo is distinct from $2`,
        [id, png, png && 'image/png', now],
      )
      return rowCount === 1
    },

    countSecrets: (id: string) => countSecrets(client, id),

    async revokeSecret(id: string, secretId: string, now: Date): Promise<boolean> {
      const { rowCount } = await client.query(
        `update connection_secrets set revoked_at = $3 where connection_id = $1 and id = $2 and revoked_at is null`,
        [id, secretId, now],
      )
      return rowCount === 1
    },

    async revokeSecrets(id: string, now: Date): Promise<number> {
      const { rowCount } = await client.query(
        `update connection_secrets set revoked_at = $2 where connection_id = $1 and revoked_at is null`,
        [id, now],
      )
      return rowCount ?? 0
    },

    async workspacesWith(id: string): Promise<string[]> {
      const { rows } = await client.query<{ id: string }>(
        `select distinct i.workspace_id as id from installations i join connections c on c.id = i.connection_id
         where i.connection_id = $1 and i.state in ('active', 'suspended')
           and i.workspace_id is distinct from c.workspace_id`,
        [id],
      )
      return rows.map(row => row.id)
    },

    /**
     * Authorizations first, then installations, both by id, as the token endpoint does: a redemption under way finishes first,
     * and
     * its tokens are ended too.
     */
    async deleteConnection(id: string, now: Date): Promise<void> {
      await client.query(`update connections set deleted_at = $2, updated_at = $2 where id = $1`, [id, now])
      await client.query(`select from authorizations where connection_id = $1 order by id for update`, [id])
      await client.query(
        `select from installations where connection_id = $1 order by workspace_id, id for update`,
        [id],
      )
      await client.query(
        `with secrets as (
           update connection_secrets set revoked_at = $2 where connection_id = $1 and revoked_at is null),
         tokens as (
           update internal_tokens t set revoked_at = $2 from installations i
           where i.connection_id = $1 and t.workspace_id = i.workspace_id and t.installation_id = i.id
             and t.revoked_at is null),
         ended as (
           update installations set state = 'revoked', state_reason = 'connection-deleted', updated_at = $2
           where connection_id = $1 and state <> 'revoked'),
         freed as (delete from resources where connection_id = $1)
         delete from authorizations where connection_id = $1`,
        [id, now],
      )
    },
  }
}

/** The facts that decide whether this person may create a connection in the workspace; null for an unknown workspace. */
export async function readPlaceToCreate(
  client: ClientBase | Pool,
  userId: string,
  workspaceId: string,
): Promise<{ role: Role | null; userDisabled: boolean; plan: Plan; policy: Policy } | null> {
  type Row = { role: Role | null; userDisabled: boolean; plan: Plan; policy: Policy }
  const { rows } = await client.query<Row>(
    `select (select m.role from members m where m.workspace_id = w.id and m.user_id = $2) as role,
       not exists (select from users u where u.id = $2 and not u.disabled) as "userDisabled", w.plan,
       ${policySql('o')} as policy
     from workspaces w left join workspace_policies o on o.workspace_id = w.id where w.id = $1`,
    [workspaceId, userId],
  )
  return rows[0] ?? null
}
