/** Sandboxes of developers: making, reading and removing them, and the outcomes that are forced in them. */
import type { ClientBase, Pool } from 'pg'
import type { TestedAccess, TestOutcome } from '../../../installs/forced-outcome.ts'
import type { Sandbox, SandboxDraft } from '../../../installs/sandbox.ts'
import { noPolicy, type Policy, samePolicy, type User } from '../../../installs/workspace.ts'
import { policyStore } from '../policies.ts'
import { transact } from '../transaction.ts'

export function sandboxStore(client: ClientBase) {
  return {
    /** false: this developer has one already. */
    async saveSandbox(draft: SandboxDraft, now: Date): Promise<boolean> {
      const { rowCount } = await client.query(
        `insert into workspaces (id, name, icon, plan, sandbox_owner, created_at, updated_at)
         values ($1, $2, $3, 'enterprise', $4, $5, $5)
         on conflict (sandbox_owner) where sandbox_owner is not null do nothing`,
        [draft.id, draft.name, draft.icon, draft.ownerId, now],
      )
      if (rowCount === 0) return false
      await savePersonas(client, draft)
      await savePages(client, draft)
      return true
    },

    /** @returns its id; null for a developer without one. */
    async deleteSandbox(ownerId: string): Promise<string | null> {
      const { rows } = await client.query<{ id: string }>(
        'delete from workspaces where sandbox_owner = $1 returning id',
        [ownerId],
      )
      return rows[0]?.id ?? null
    },
  }
}

async function savePersonas(client: ClientBase, { id, personas }: SandboxDraft): Promise<void> {
  const list = JSON.stringify(personas)
  await client.query(
    `insert into users (id, email, name, sandbox_id)
     select id, email, name, $1 from jsonb_to_recordset($2) as p (id uuid, email text, name text)`,
    [id, list],
  )
  await client.query(
    `insert into members (workspace_id, user_id, role)
     select $1, id, role from jsonb_to_recordset($2) as p (id uuid, role text)`,
    [id, list],
  )
}

async function savePages(client: ClientBase, { id, personas, pages }: SandboxDraft): Promise<void> {
  const author = personas[0]!.id
  for (const page of pages) {
    await client.query(
      `with page as (
         insert into pages (workspace_id, id, parent_id, title, icon, type, private, created_by, last_edited_by)
         values ($1, $2, $3, $4, $5, 'page', $6, $7, $7))
       insert into page_paths (workspace_id, page_id, path) values ($1, $2, $8::uuid[])`,
      [id, page.id, page.parentId, page.title, page.icon, page.viewers !== null, author, page.path],
    )
    for (const viewer of page.viewers ?? [])
      await client.query('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
        id,
        page.id,
        viewer,
      ])
  }
}

/** The developer's own sandbox with its people, owner first; null without one. */
export async function readSandbox(pool: Pool, ownerId: string): Promise<Sandbox | null> {
  const { rows } = await pool.query<Sandbox>({
    name: 'sandbox',
    text: `select w.id, w.name, w.created_at as "createdAt",
        (select count(*)::int from pages p where p.workspace_id = w.id) as pages,
        (select jsonb_agg(jsonb_build_object('id', u.id, 'name', u.name, 'role', m.role)
           order by array_position(array['owner', 'member', 'guest'], m.role), u.id)
         from members m join users u on u.id = m.user_id where m.workspace_id = w.id) as personas
      from workspaces w where w.sandbox_owner = $1`,
    values: [ownerId],
  })
  const row = rows[0]
  return row ? { ...row, personas: row.personas ?? [] } : null
}

/** The persona, if it lives in this developer's sandbox. */
export async function readPersonaOf(pool: Pool, personaId: string, ownerId: string): Promise<User | null> {
  const { rows } = await pool.query<User>({
    name: 'persona-of',
    text: `select u.id, u.email, u.name, u.avatar_url as "avatarUrl", u.disabled
      from users u join workspaces w on w.id = u.sandbox_id
      where u.id = $1 and w.sandbox_owner = $2`,
    values: [personaId, ownerId],
  })
  return rows[0] ?? null
}

/**
 * Makes members of the persona's sandbox need an approval, or no longer. A policy that somebody set on the screen names them
 * as its setter, and stays when the need ends.
 */
export function holdForApproval(pool: Pool, personaId: string, wanted: boolean, now: Date): Promise<void> {
  return transact(pool, async client => {
    const { rows } = await client.query<{ id: string }>(
      'select sandbox_id as id from users where id = $1 and sandbox_id is not null',
      [personaId],
    )
    const policies = policyStore(client)
    const kept = rows[0] && (await policies.holdPolicy(rows[0].id))
    if (!kept) return
    const policy: Policy = wanted ? { ...kept.policy, restrictInstalls: 'approved-list' } : noPolicy
    const isOurs = kept.setBy === null && !samePolicy(kept.policy, policy)
    if (wanted || isOurs) await policies.savePolicy(rows[0]!.id, policy, null, now)
  })
}

/** Deletes earlier requests and approvals of a sandbox, so that the next trial of the connection is stopped anew. */
export async function forgetApprovals(pool: Pool, ownerId: string, connectionId: string): Promise<void> {
  for (const table of ['approvals', 'approval_requests'])
    await pool.query(
      `delete from ${table} a using workspaces w
       where w.sandbox_owner = $1 and a.workspace_id = w.id and a.connection_id = $2`,
      [ownerId, connectionId],
    )
}

/** $1 workspace, $2 installation, $3 hash of the token. Each holds to sandboxes by itself. */
const inSandbox = 'exists (select from workspaces w where w.id = $1 and w.sandbox_owner is not null)'
const authorizationOf = (tokens: string) =>
  `delete from authorizations a using ${tokens} t
   where t.token_hash = $3 and a.id = t.grant_id and a.workspace_id = $1 and a.installation_id = $2 and ${inSandbox}`
const withdraw = (which: string) =>
  `delete from page_grants g where g.workspace_id = $1 and g.installation_id = $2 and ${which} and ${inSandbox}`
const firstGrant = `(select f.page_id from page_grants f
  where f.workspace_id = $1 and f.installation_id = $2 order by f.page_id limit 1)`

const statements: Partial<Record<TestOutcome, (kind: 'access' | 'refresh') => string>> = {
  'token-revoked': kind => authorizationOf(kind === 'access' ? 'access_tokens' : 'refresh_tokens'),
  'refresh-expired': () =>
    `update refresh_tokens r set expires_at = now() - interval '1 second' from authorizations a
     where r.token_hash = $3 and a.id = r.grant_id and a.workspace_id = $1 and a.installation_id = $2 and ${inSandbox}`,
  'no-pages': () => withdraw('$3::bytea is null'),
  'access-narrowed': () => `with narrowed as (
      update installations i set updated_at = now(), capabilities =
        case when 'read_content' = any (i.capabilities) then array['read_content'] else i.capabilities[1:1] end
      where i.workspace_id = $1 and i.id = $2 and $3::bytea is not null and ${inSandbox})
    ${withdraw(`g.page_id <> ${firstGrant}`)}`,
}

/** Forces an outcome; false, without a change, for a workspace that is not a sandbox. */
export async function forceOutcome(pool: Pool, outcome: TestOutcome, about: TestedAccess): Promise<boolean> {
  const { rows } = await pool.query<{ sandbox: boolean }>(
    'select sandbox_owner is not null as sandbox from workspaces where id = $1',
    [about.workspaceId],
  )
  if (!rows[0]?.sandbox) return false
  const text = statements[outcome]?.(about.token?.kind ?? 'access')
  if (text) await pool.query(text, [about.workspaceId, about.installationId, about.token?.hash ?? null])
  return true
}
