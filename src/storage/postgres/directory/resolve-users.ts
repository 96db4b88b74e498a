import type { ClientBase } from 'pg'

/** Users whose id is another than the key of their external id: those that were given both, kept or in this file. */
const withOwnIds = `select external_key as key, id from users where external_key <> id
  union select external_key, id from staged_users where external_key <> id`

/** Leads lines that name such a user by the external id to the user's own id. Lines that give a UUID are left alone. */
export async function resolveUsers(client: ClientBase): Promise<void> {
  await client.query(`create temporary table keyed_users on commit preserve rows as ${withOwnIds}`)
  await client.query(
    'update staged_users s set id = u.id from keyed_users u where u.key = s.external_key and s.id = s.external_key',
  )
  await client.query(
    'update staged_members s set user_id = u.id from keyed_users u where u.key = s.user_id and s.user_named is not null',
  )
  await client.query(
    `update staged_pages s set viewers = array(
       select case when named is null then viewer else coalesce((select min(u.id::text)::uuid from keyed_users u where u.key = viewer), viewer) end
       from unnest(s.viewers, s.viewers_named) as each (viewer, named))
     where s.viewers_named is not null`,
  )
}
