/** The pages directly below a reached page, in the order in which people see them: by title. */
import type { Pool } from 'pg'
import type { ChildPosition, ChildrenReading } from '../../../../api/ports.ts'
import type { PresentedToken } from '../../../../installs/bearer.ts'
import {
  type BearerRow,
  bearerSql,
  type PageRow,
  pageColumns,
  reachedPageSql,
  statements,
  toBearer,
  toPage,
} from '../../access.ts'

// $1 token, $2 now, $3 the parent, $4 children asked for, $5 and $6 after this title and id
const childrenOf = (after: string) => (kind: PresentedToken['kind']) =>
  `
  with bearer as materialized (${bearerSql(kind)}),
  parent as materialized (
    select b.workspace_id, p.id from bearer b cross join lateral (${reachedPageSql('$3')}) p),
  child as materialized (
    select ${pageColumns('k', 'true')}, k.sort_title, row_number() over (order by k.sort_title, k.id) as nr,
      exists (select from pages g
              where g.workspace_id = k.workspace_id and g.parent_id = k.id and not g.archived) as has_children
    from pages k
    where k.workspace_id = (select workspace_id from parent) and k.parent_id = (select id from parent)
      and not k.archived ${after}
    order by k.sort_title, k.id limit $4 + 1)
  select b.*, exists (select from parent) as reached,
    (select json_agg(c order by c.nr) from child c where c.nr <= $4) as children,
    (select json_build_object('title', c.sort_title, 'id', c.id) from child c
     where c.nr = $4 and (select count(*) from child) > $4) as next
  from bearer b`

const first = statements('children-first', childrenOf(''))
const further = statements('children-further', childrenOf('and (k.sort_title, k.id) > ($5, $6)'))

type Row = BearerRow & {
  reached: boolean
  children: (PageRow & { has_children: boolean })[] | null
  next: ChildPosition | null
}

export function openChildren(pool: Pool): ChildrenReading {
  return async (token, parentId, limit, after, now) => {
    const values: unknown[] = [token.hash, now, parentId, limit]
    const { rows } = after
      ? await pool.query<Row>({ ...further[token.kind], values: [...values, after.title, after.id] })
      : await pool.query<Row>({ ...first[token.kind], values })
    const row = rows[0]
    if (!row) return null
    return {
      bearer: toBearer(row),
      children: row.reached
        ? (row.children ?? []).map(child => ({ ...toPage(child), hasChildren: child.has_children }))
        : null,
      next: row.next,
    }
  }
}
