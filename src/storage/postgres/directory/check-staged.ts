/** Faults that show only in the whole file, together with the stored directory. */
import type { ClientBase } from 'pg'
import { emailKey } from '../email-key.ts'
import { hasLeft } from './merge-people.ts'
import { faultsAtOnce, type LineFault } from './refused.ts'

const keys = {
  staged_users: ['id'],
  staged_workspaces: ['id'],
  staged_members: ['workspace_id', 'user_id'],
  staged_pages: ['workspace_id', 'id'],
}

/** Later lines about the same thing replace earlier ones: a line is an upsert. Each table has an index on its key after it. */
export async function keepLastLines(client: ClientBase): Promise<void> {
  for (const [table, key] of Object.entries(keys)) {
    const index = `create unique index on ${table} (${key})`
    // Most files say each thing once, and then the index is all there is to do.
    const unique = await client.query(index).then(
      () => true,
      error => {
        if ((error as { code?: string }).code !== '23505') throw error
        return false
      },
    )
    if (unique) continue
    await client.query(
      `delete from ${table} staged
       using (select ${key}, max(line) as line from ${table} group by ${key} having count(*) > 1) latest
       where ${key.map(one => `staged.${one} = latest.${one}`).join(' and ')} and staged.line < latest.line`,
    )
    await client.query(index)
  }
}

/** A workspace or user counts as known when it is kept already or comes in the same file. */
const unknownWorkspace = (id: string) =>
  `not exists (select from workspaces w where w.id = ${id}) and not exists (select from staged_workspaces w where w.id = ${id})`
const unknownUser = (id: string) =>
  `not exists (select from users u where u.id = ${id}) and not exists (select from staged_users u where u.id = ${id})`

const isPersona = (id: string) =>
  `exists (select from users p where p.id = ${id} and p.sandbox_id is not null)`
const isSandbox = (id: string) =>
  `exists (select from workspaces w where w.id = ${id} and w.sandbox_owner is not null)`

/** Sandboxes and their personas are not part of the directory: an import may neither change them nor let a persona out. */
const sandboxChecks = [
  `select line, 'the user ' || id || ' is a persona of a sandbox' from staged_users s where ${isPersona('s.id')}`,
  `select line, 'the workspace ' || id || ' is a sandbox' from staged_workspaces s where ${isSandbox('s.id')}`,
  `select line, 'the workspace ' || workspace_id || ' is a sandbox'
   from staged_members s where ${isSandbox('s.workspace_id')}`,
  `select line, 'the user ' || user_id || ' is a persona of a sandbox'
   from staged_members s where ${isPersona('s.user_id')}`,
  `select line, 'the workspace ' || s.workspace_id || ' is a sandbox'
   from staged_pages s join (select distinct workspace_id from staged_pages) each using (workspace_id)
   where ${isSandbox('each.workspace_id')}`,
]

/** An external id is that of one user. One by which a user was made stays theirs: their id is derived from it. */
const externalIdChecks = [
  `select line, 'the external_id ' || external_id || ' is that of user ' || other
   from (select line, external_id, min(id::text) over same as other, row_number() over same as place
         from staged_users where external_id is not null window same as (partition by external_id order by line)) s
   where place > 1`,
  `select s.line, 'the external_id ' || s.external_id || ' is that of user ' || u.id
   from staged_users s join users u on u.external_id = s.external_id and u.id <> s.id`,
  `select s.line, 'the user ' || s.id || ' is known by the external_id ' || u.external_id || ', which cannot change'
   from staged_users s join users u on u.id = s.id and u.external_key = u.id and s.external_id <> u.external_id`,
]

const checks = [
  ...sandboxChecks,
  ...externalIdChecks,
  `select line, 'the e-mail address ' || email || ' is that of user ' || other as reason
   from (select line, email, min(id::text) over same as other, row_number() over same as place
         from staged_users where not disabled window same as (partition by ${emailKey('email')} order by line)) s
   where place > 1`,
  `select s.line, 'the e-mail address ' || s.email || ' is that of user ' || coalesce(u.external_id, u.id::text)
   from staged_users s join users u on ${emailKey('u.email')} = ${emailKey('s.email')} and u.id <> s.id
   where not s.disabled and not u.disabled and not ${hasLeft('u.id')}
     and not exists (select from staged_users other where other.id = u.id)`,
  `select line, 'the workspace ' || coalesce(workspace_named, workspace_id::text) || ' is not known'
   from staged_members s where ${unknownWorkspace('s.workspace_id')}`,
  `select line, 'the user ' || coalesce(user_named, user_id::text) || ' is not known'
   from staged_members s where ${unknownUser('s.user_id')}`,
  `select line, 'the workspace ' || coalesce(s.workspace_named, s.workspace_id::text) || ' is not known'
   from staged_pages s join (select distinct workspace_id from staged_pages) each using (workspace_id)
   where ${unknownWorkspace('each.workspace_id')}`,
  `select line, 'private_to names the user ' || coalesce(named, viewer::text) || ', who is not known'
   from (select line, unnest(viewers) as viewer, unnest(viewers_named) as named
         from staged_pages where viewers is not null) s
   where ${unknownUser('viewer')}`,
  `select s.line, 'the parent ' || coalesce(s.parent_named, s.parent_id::text) || case
       when exists (select from pages p where p.id = s.parent_id)
         or exists (select from staged_pages p where p.id = s.parent_id) then ' is in another workspace'
       else ' is not known' end
   from staged_pages s
   where s.parent_id is not null
     and not exists (select from staged_pages p where p.workspace_id = s.workspace_id and p.id = s.parent_id)
     and not exists (select from pages p where p.workspace_id = s.workspace_id and p.id = s.parent_id)`,
]

/** The first lines that contradict the file or the database, each with one reason: as many as are listed at once, and one more. */
export async function findFaults(client: ClientBase): Promise<LineFault[]> {
  const faults = new Map<number, LineFault>()
  for (const check of checks) {
    const { rows } = await client.query<LineFault>(
      `select distinct on (line) line::int as line, reason from (${check}) as checked (line, reason)
       order by line limit ${faultsAtOnce + 1}`,
    )
    for (const fault of rows) if (!faults.has(fault.line)) faults.set(fault.line, fault)
  }
  return [...faults.values()].sort((a, b) => a.line - b.line).slice(0, faultsAtOnce + 1)
}
