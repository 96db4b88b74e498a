import type { ClientBase, Pool } from 'pg'
import type {
  Filter,
  NewGroup,
  NewUser,
  ScimGroup,
  ScimStore,
  ScimUser,
  Window,
} from '../../../scim/ports.ts'
import { emailKey } from '../email-key.ts'

const userColumns = `user_id as id, user_name as "userName", external_id as "externalId", display_name as "displayName",
  active, resource, created_at as "createdAt", updated_at as "updatedAt"`
const groupColumns = `id, external_id as "externalId", display_name as "displayName", members,
  created_at as "createdAt", updated_at as "updatedAt"`

const isTaken = (error: unknown) => (error as { code?: string }).code === '23505'

/** The condition of a filter, whose value is $2. Names are compared without regard to case, ids as they are. */
const conditions = (id: string): Record<NonNullable<Filter>['attribute'], string> => ({
  id: `${id}::text = $2`,
  externalId: 'external_id = $2',
  userName: `${emailKey('user_name')} = ${emailKey('$2')}`,
  displayName: `${emailKey('display_name')} = ${emailKey('$2')}`,
})

async function list<Item extends object>(
  pool: Pool,
  from: { table: string; columns: string; id: string },
  workspaceId: string,
  filter: Filter,
  { startIndex, count }: Window,
): Promise<{ items: Item[]; total: number }> {
  const condition = filter ? conditions(from.id)[filter.attribute] : '$2::text is null'
  const values = [workspaceId, filter?.value ?? null]
  const where = `from ${from.table} where workspace_id = $1 and ${condition}`
  const [{ rows: items }, { rows: counts }] = await Promise.all([
    pool.query<Item>(`select ${from.columns} ${where} order by created_at, ${from.id} limit $3 offset $4`, [
      ...values,
      count,
      startIndex - 1,
    ]),
    pool.query<{ total: number }>(`select count(*)::int as total ${where}`, values),
  ])
  return { items, total: counts[0]!.total }
}

/** Writes within the transaction of the directory's own change. */
export async function keepScimUser(
  client: ClientBase,
  workspaceId: string,
  id: string,
  user: NewUser & { owned: boolean },
  now: Date,
): Promise<ScimUser> {
  const { rows } = await client.query<ScimUser>(
    `insert into scim_users as u (workspace_id, user_id, user_name, external_id, display_name, active, owned, resource,
       created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)
     on conflict (workspace_id, user_id) do update set user_name = excluded.user_name, external_id = excluded.external_id,
       display_name = excluded.display_name, active = excluded.active, resource = excluded.resource, updated_at = excluded.updated_at
     returning ${userColumns}`,
    [
      ...[workspaceId, id, user.userName, user.externalId, user.displayName, user.active, user.owned],
      ...[JSON.stringify(user.resource), now],
    ],
  )
  return rows[0]!
}

export async function forgetScimUser(client: ClientBase, workspaceId: string, id: string): Promise<void> {
  await client.query('delete from scim_users where workspace_id = $1 and user_id = $2', [workspaceId, id])
  await client.query(
    'update scim_groups set members = array_remove(members, $2) where workspace_id = $1 and $2 = any (members)',
    [workspaceId, id],
  )
}

/** The person that a SCIM user is about: by the record, or by the address. */
export type KnownPerson = {
  id: string
  /** Set where this workspace's directory made the person. */
  owned: boolean
  isHere: boolean
  role: string | null
  externalId: string | null
}

export async function findPerson(
  pool: Pool,
  workspaceId: string,
  asked: { id: string } | { email: string },
): Promise<KnownPerson | null> {
  const condition = 'id' in asked ? 'u.id = $2::uuid' : `${emailKey('u.email')} = ${emailKey('$2')}`
  const { rows } = await pool.query<KnownPerson>(
    `select u.id, coalesce(s.owned, false) as owned, s.user_id is not null as "isHere", m.role, u.external_id as "externalId"
     from users u
     left join scim_users s on s.workspace_id = $1 and s.user_id = u.id
     left join members m on m.workspace_id = $1 and m.user_id = u.id
     where ${condition}`,
    [workspaceId, 'id' in asked ? asked.id : asked.email],
  )
  return rows[0] ?? null
}

type Readings = Pick<ScimStore, 'workspaceOf' | 'users' | 'user' | 'groups' | 'group'>
type Groups = Pick<ScimStore, 'saveGroup' | 'removeGroup'>

export function scimStore(pool: Pool, newId: () => string): Readings & Groups {
  const users = { table: 'scim_users', columns: userColumns, id: 'user_id' }
  const groups = { table: 'scim_groups', columns: groupColumns, id: 'id' }
  const one = async <Item extends object>(from: typeof users, workspaceId: string, id: string) => {
    const found = await list<Item>(
      pool,
      from,
      workspaceId,
      { attribute: 'id', value: id },
      { startIndex: 1, count: 1 },
    )
    return found.items[0] ?? null
  }
  return {
    async workspaceOf(tokenHash) {
      const { rows } = await pool.query<{ id: string }>(
        'select workspace_id as id from scim_tokens where token_hash = $1 and revoked_at is null',
        [tokenHash],
      )
      return rows[0]?.id ?? null
    },
    users: (workspaceId, filter, window) => list<ScimUser>(pool, users, workspaceId, filter, window),
    user: (workspaceId, id) => one<ScimUser>(users, workspaceId, id),
    groups: (workspaceId, filter, window) => list<ScimGroup>(pool, groups, workspaceId, filter, window),
    group: (workspaceId, id) => one<ScimGroup>(groups, workspaceId, id),

    async saveGroup(workspaceId, id, { displayName, externalId, members }: NewGroup) {
      try {
        const { rows } = await pool.query<ScimGroup>(
          `insert into scim_groups as g (workspace_id, id, external_id, display_name, members, created_at, updated_at)
           select $1, $2, $3, $4, array(
             select s.user_id from scim_users s where s.workspace_id = $1 and s.user_id::text = any ($5)), now(), now()
           on conflict (workspace_id, id) do update set external_id = excluded.external_id,
             display_name = excluded.display_name, members = excluded.members, updated_at = excluded.updated_at
           returning ${groupColumns}`,
          [workspaceId, id ?? newId(), externalId, displayName, members],
        )
        return { kind: 'written', item: rows[0]! }
      } catch (error) {
        if (isTaken(error)) return { kind: 'uniqueness' }
        throw error
      }
    },

    async removeGroup(workspaceId, id) {
      const { rowCount } = await pool.query('delete from scim_groups where workspace_id = $1 and id = $2', [
        ...[workspaceId, id],
      ])
      return rowCount === 1
    },
  }
}

export type ScimToken = { id: string; workspaceId: string; hint: string; createdAt: Date }

export function scimTokens(pool: Pool) {
  const columns = `id, workspace_id as "workspaceId", hint, created_at as "createdAt"`
  return {
    /** @returns false: there is no such workspace. */
    async create(token: ScimToken, tokenHash: Buffer): Promise<boolean> {
      const { rowCount } = await pool.query(
        `insert into scim_tokens (id, workspace_id, token_hash, hint, created_at)
         select $1, id, $3, $4, $5 from workspaces where id = $2`,
        [token.id, token.workspaceId, tokenHash, token.hint, token.createdAt],
      )
      return rowCount === 1
    },
    async live(): Promise<ScimToken[]> {
      const { rows } = await pool.query<ScimToken>(
        `select ${columns} from scim_tokens where revoked_at is null order by workspace_id, created_at, id`,
      )
      return rows
    },
    async revoke(id: string, now: Date): Promise<ScimToken | null> {
      const { rows } = await pool.query<ScimToken>(
        `update scim_tokens set revoked_at = $2 where id = $1 and revoked_at is null returning ${columns}`,
        [id, now],
      )
      return rows[0] ?? null
    },
  }
}
