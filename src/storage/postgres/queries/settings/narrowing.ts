import type { Pool } from 'pg'
import type { NarrowingReadings } from '../../../../web/settings/connections/readings.ts'
import { personReaches } from '../../reach.ts'
import { behind, listSize, pickerStatements, readPicker } from '../picker/pages.ts'

/** The roots are the granted pages that the owner reaches too. */
const grantedRoots = `
  (select 'shared' as list, p.sort_title, p.id
    from now cross join lateral unnest(now.ids) g (id)
    join pages p on p.workspace_id = $1 and p.id = g.id
    join page_paths t on t.workspace_id = $1 and t.page_id = g.id and not t.hidden
    join pages root on root.workspace_id = $1 and root.id = t.path[1]
    where ${personReaches('$2', 'root')} and ${behind('p', '$5')}
      and not t.path[:cardinality(t.path) - 1] && now.ids
    order by p.sort_title, p.id limit ${listSize} + 1)
  union all
  (select 'private', '', $6::uuid where false)`

const statements = pickerStatements('picker-narrow', grantedRoots)

/** The page picker over the pages that an installation was granted: `connectionId` is the installation, the user an owner. */
export const readNarrowing = (pool: Pool): NarrowingReadings['narrowing'] => readPicker(pool, statements)

/** Also pages in the trash. */
export const readUnseenGrants =
  (pool: Pool): NarrowingReadings['unseenGrants'] =>
  async ({ workspaceId, userId, installationId }) => {
    const { rows } = await pool.query<{ id: string }>(
      `select g.page_id as id
       from page_grants g
       join page_paths t on t.workspace_id = $1 and t.page_id = g.page_id
       join pages root on root.workspace_id = $1 and root.id = t.path[1]
       where g.workspace_id = $1 and g.installation_id = $3 and (t.hidden or not ${personReaches('$2', 'root')})`,
      [workspaceId, userId, installationId],
    )
    return rows.map(row => row.id)
  }
