/** Workspaces' policies. No other file of SQL names a member of a policy: it follows from `Policy` and its table. */
import type { ClientBase } from 'pg'
import type { GovernedInstallation } from '../../installs/actions/disconnect-unapproved.ts'
import type { KeptPolicy } from '../../installs/actions/set-policy.ts'
import { noPolicy, type Policy } from '../../installs/workspace.ts'
import { asColumns, asObject } from './projection.ts'
import { workspacePolicies } from './tables.ts'

const members = Object.keys(noPolicy) as (keyof Policy)[]
const columnOf = (member: keyof Policy) => workspacePolicies.options.columns[member]!.name!

const literal = (value: Policy[keyof Policy]) => (typeof value === 'string' ? `'${value}'` : `${value}`)

/** The policy of row `row` as JSON; `noPolicy` where the left join found no row (SQL). */
export const policySql = (row: string): string =>
  `json_build_object(${members
    .map(member => `'${member}', coalesce(${row}.${columnOf(member)}, ${literal(noPolicy[member])})`)
    .join(', ')})`

/** `KeptPolicy` of workspace `w` with its policy's row `o`, as columns (SQL). */
export const keptPolicyColumns = asColumns<KeptPolicy>({
  plan: 'w.plan',
  policy: policySql('o'),
  setAt: 'o.updated_at',
  setBy: 'o.updated_by',
})

/** Whether the policy of row `row` restricts installs by members; null without a row (SQL). */
export const restrictsInstalls = (row: string) => `${row}.${columnOf('restrictInstalls')} <> 'none'`
/** Whether the policy of row `row` lets only owners install; null without a row (SQL). */
export const onlyOwnersInstall = (row: string) => `${row}.${columnOf('restrictInstalls')} = 'owners-only'`

/** $1 workspace, $2 who sets it, $3 when, from $4 the members. */
const saveText = `
  insert into workspace_policies (workspace_id, updated_by, updated_at, ${members.map(columnOf).join(', ')})
  values ($1, $2, $3, ${members.map((_, index) => `$${index + 4}`).join(', ')})
  on conflict (workspace_id) do update set updated_by = excluded.updated_by, updated_at = excluded.updated_at,
    ${members.map(member => `${columnOf(member)} = excluded.${columnOf(member)}`).join(', ')}`

/** Each method runs in its action's transaction. */
export function policyStore(client: ClientBase) {
  return {
    /**
     * Locks the workspace's row, since its policy may not have one yet; statements that only refer to the workspace do not wait.
     * The policy is read by a second statement, so that a transaction that waited sees the latest policy.
     */
    async holdPolicy(workspaceId: string): Promise<KeptPolicy | null> {
      await client.query('select from workspaces where id = $1 for no key update', [workspaceId])
      const { rows } = await client.query<KeptPolicy>(
        `select ${keptPolicyColumns}
         from workspaces w left join workspace_policies o on o.workspace_id = w.id
         where w.id = $1`,
        [workspaceId],
      )
      return rows[0] ?? null
    },

    async savePolicy(workspaceId: string, policy: Policy, by: string | null, now: Date): Promise<void> {
      await client.query(saveText, [workspaceId, by, now, ...members.map(member => policy[member])])
    },

    async governed(workspaceId: string): Promise<GovernedInstallation[]> {
      const { rows } = await client.query<GovernedInstallation>(governedSql, [workspaceId])
      return rows
    },
  }
}

/** Connection `c` is on the approved list of a workspace, or its publisher is (SQL, the argument too). */
export function approvedSql(workspace: string): string {
  return `(exists (select from approvals l where l.workspace_id = ${workspace} and l.connection_id = c.id)
    or exists (select from approved_publishers l
      where l.workspace_id = ${workspace} and l.host = split_part(c.document_url, '/', 3)))`
}

/** $1 workspace: live installations of public connections, with the facts that decide whether the policy would allow them. */
export const governedSql = `
  select ${asColumns<GovernedInstallation>({
    id: 'i.id',
    connectionId: 'i.connection_id',
    userId: 'i.user_id',
    installerRole: 'm.role',
    connection: asObject<GovernedInstallation['connection']>({
      firstParty: 'c.first_party',
      approved: approvedSql('i.workspace_id'),
    }),
  })}
  from installations i
  join connections c on c.id = i.connection_id and c.kind = 'public'
  left join members m on m.workspace_id = i.workspace_id and m.user_id = i.user_id
  where i.workspace_id = $1 and i.state in ('active', 'suspended')
  order by i.connection_id, i.id`
