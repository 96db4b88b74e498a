/** Merges users, workspaces and members of an import, each kind in one transaction. Unchanged rows are not written. */
import type { ClientBase } from 'pg'
import { emailKey } from '../email-key.ts'

export async function mergeUsers(client: ClientBase): Promise<number> {
  await disablePredecessors(client)
  // Two users may exchange addresses in one file: until the end of the transaction each that changes has its id for one.
  await client.query(
    `update users u set email = u.id::text from staged_users s
     where s.id = u.id and (${emailKey('s.email')} <> ${emailKey('u.email')} or s.disabled <> u.disabled)`,
  )
  const { rowCount } = await client.query(
    `insert into users as u (id, email, name, avatar_url, password_hash, disabled, external_id, external_key)
     select id, email, name, avatar_url, password_hash, disabled, external_id, external_key from staged_users order by line
     on conflict (id) do update set email = excluded.email, name = excluded.name, avatar_url = excluded.avatar_url,
       password_hash = coalesce(excluded.password_hash, u.password_hash), disabled = excluded.disabled,
       external_id = coalesce(excluded.external_id, u.external_id),
       external_key = coalesce(excluded.external_key, u.external_key), updated_at = now()
     where (u.email, u.name, u.avatar_url, u.password_hash, u.disabled, u.external_id) is distinct from (excluded.email,
       excluded.name, excluded.avatar_url, coalesce(excluded.password_hash, u.password_hash), excluded.disabled,
       coalesce(excluded.external_id, u.external_id))`,
  )
  return rowCount ?? 0
}

/** A person who is in no workspace, or is taken out of the last one by this very import (SQL, also of `user`). */
export const hasLeft = (user: string) => `not exists (
  select from members m where m.user_id = ${user} and not exists (
    select from staged_members s
    where s.workspace_id = m.workspace_id and s.user_id = m.user_id and s.role is null))`

/**
 * A person may come back under a new id with the address they had. Their earlier account is disabled, if it was not already: it
 * keeps the address on record, and its access does not pass to the new one.
 */
async function disablePredecessors(client: ClientBase): Promise<void> {
  await client.query(
    `update users u set disabled = true, updated_at = now() from staged_users s
     where ${emailKey('u.email')} = ${emailKey('s.email')} and u.id <> s.id and not s.disabled and not u.disabled
       and not exists (select from staged_users other where other.id = u.id)`,
  )
}

export async function mergeWorkspaces(client: ClientBase): Promise<number> {
  const { rowCount } = await client.query(
    `insert into workspaces as w (id, name, icon, plan, external_id)
     select id, name, icon, plan, external_id from staged_workspaces order by line
     on conflict (id) do update set name = excluded.name, icon = excluded.icon, plan = excluded.plan, updated_at = now()
     where (w.name, w.icon, w.plan) is distinct from (excluded.name, excluded.icon, excluded.plan)`,
  )
  return rowCount ?? 0
}

/** Deletes authorizations of removed members that the partner has not redeemed. */
const endUnredeemed = (whenLocked: '' | 'skip locked') => `delete from authorizations where id in (
  select a.id from authorizations a join staged_members s on a.workspace_id = s.workspace_id and a.user_id = s.user_id
  where s.role is null and a.installation_id is null order by a.id for update of a ${whenLocked})`

export type Ownerless = { id: string; name: string }

/** Workspaces that lost their last owner with the staged members, twenty at most. */
export async function leftWithoutOwner(client: ClientBase): Promise<Ownerless[]> {
  const { rows } = await client.query<Ownerless>(
    `select w.id, w.name from workspaces w
     where w.id in (select workspace_id from staged_members where role is distinct from 'owner')
       and exists (select from members m where m.workspace_id = w.id)
       and not exists (select from members m where m.workspace_id = w.id and m.role = 'owner')
     order by w.name, w.id limit 20`,
  )
  return rows
}

export type SuspendedInstallation = { workspaceId: string; id: string; connectionId: string }

/**
 * Installations of removed members are suspended in the same transaction, so that a return does not silently revive them.
 * Authorizations that were not redeemed end, since a code outlives a short absence. Locked in
 * the token endpoint's order, authorizations before members before installations: a redemption under way is waited for.
 */
export async function mergeMembers(
  client: ClientBase,
): Promise<{ changed: number; suspended: SuspendedInstallation[] }> {
  const kept = await client.query(
    `insert into members as m (workspace_id, user_id, role)
     select workspace_id, user_id, role from staged_members where role is not null order by line
     on conflict (workspace_id, user_id) do update set role = excluded.role where m.role <> excluded.role`,
  )
  await client.query(endUnredeemed(''))
  const removed = await client.query(
    `delete from members m using staged_members s
     where s.role is null and m.workspace_id = s.workspace_id and m.user_id = s.user_id`,
  )
  // Opened while this waited for the member. One that is locked is being redeemed, and waits for the member in its turn.
  await client.query(endUnredeemed('skip locked'))
  const { rows: suspended } = await client.query<SuspendedInstallation>(
    `update installations i set state = 'suspended', state_reason = 'installer-left', updated_at = now()
     from staged_members s
     where s.role is null and i.workspace_id = s.workspace_id and i.user_id = s.user_id and i.state = 'active'
     returning i.workspace_id as "workspaceId", i.id, i.connection_id as "connectionId"`,
  )
  return { changed: (kept.rowCount ?? 0) + (removed.rowCount ?? 0), suspended }
}
