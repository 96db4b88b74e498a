import type { Pool } from 'pg'
import { keyOfExternalId } from '../../../installs/external-id.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { CreateExternalUser, FindExternalUser, UpdateFromHost } from '../../../web/sign-in/ports.ts'
import { emailKey } from '../email-key.ts'

export function findExternalUser(pool: Pool): FindExternalUser {
  return async externalId => {
    if (externalId.includes('\0')) return null
    const { rows } = await pool.query({
      name: 'user by external id',
      text: `select id, password_hash as "passwordHash" from users
        where external_id = $1 and not disabled and sandbox_id is null`,
      values: [externalId],
    })
    return rows[0] ?? null
  }
}

export function createExternalUser(pool: Pool): CreateExternalUser {
  return async ({ externalId, email, name, workspaces }) => {
    if ([externalId, email, name, ...workspaces].some(text => text.includes('\0'))) return null
    // A text that looks like one of our ids is never taken for the host's.
    const [ours, theirs] = [workspaces.filter(one => readUuid(one)), workspaces.filter(one => !readUuid(one))]
    const { rows } = await pool.query(
      `with place as (
         select id from workspaces w where (w.external_id = any($5) or w.id = any($6::uuid[])) and w.sandbox_owner is null),
       added as (
         insert into users (id, email, name, external_id, external_key)
         select $1, $2, $3, $4, $1 where exists (select from place)
           and not exists (select from users o where not o.disabled and ${emailKey('o.email')} = ${emailKey('$2')})
         on conflict do nothing returning id),
       joined as (
         insert into members (workspace_id, user_id, role)
         select place.id, added.id, 'member' from place, added)
       select id, null as "passwordHash" from added`,
      [keyOfExternalId('user', externalId), email, name, externalId, theirs, ours],
    )
    return rows[0] ?? null
  }
}

export function updateFromHost(pool: Pool): UpdateFromHost {
  return async (userId, email, name) => {
    const isFree = `not exists (select from users o where o.id <> u.id and not o.disabled and ${emailKey('o.email')} = ${emailKey('$2')})`
    await pool.query(
      `update users u set email = case when ${isFree} then coalesce($2, u.email) else u.email end,
         name = coalesce($3, u.name), updated_at = now()
       where id = $1 and (coalesce($2, email), coalesce($3, name)) is distinct from (email, name)`,
      [userId, email, name],
    )
  }
}
