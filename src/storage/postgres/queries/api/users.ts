/** The people of a bearer's workspace, and the bearer's own user. Guests and disabled users are never returned. */
import type { Pool } from 'pg'
import type { Person, UserReadings } from '../../../../api/ports.ts'
import { type BearerRow, bearerSql, statements, toBearer } from '../../access.ts'

type PersonRow = { id: string; name: string; avatar_url: string | null; email: string }

const person = (user: string) =>
  `json_build_object('id', ${user}.id, 'name', ${user}.name, 'avatar_url', ${user}.avatar_url, 'email', ${user}.email)`

const whereTold = `m.workspace_id = b.workspace_id and m.role <> 'guest' and not u.disabled`

const homeStatements = statements(
  'bearer-home',
  kind => `select b.*, w.name as workspace_name, case when u.id is not null then ${person('u')} end as owner
    from (${bearerSql(kind)}) b
    join workspaces w on w.id = b.workspace_id
    left join users u on u.id = b.user_id`,
)

// $3 people asked for, $4 after this id
const peopleStatements = statements(
  'people',
  kind => `select b.*, (
      select json_agg(${person('p')} order by p.id) from (
        select u.id, u.name, u.avatar_url, u.email
        from members m join users u on u.id = m.user_id
        where ${whereTold} and ($4::uuid is null or m.user_id > $4)
        order by m.user_id limit $3 + 1) p) as people
    from (${bearerSql(kind)}) b`,
)

const personStatements = statements(
  'person',
  kind => `select b.*, (
      select ${person('u')} from members m join users u on u.id = m.user_id
      where ${whereTold} and m.user_id = $3) as person
    from (${bearerSql(kind)}) b`,
)

export function openUsers(pool: Pool): UserReadings {
  return {
    async home(token, now) {
      const { rows } = await pool.query<BearerRow & { workspace_name: string; owner: PersonRow | null }>({
        ...homeStatements[token.kind],
        values: [token.hash, now],
      })
      const row = rows[0]
      if (!row) return null
      return {
        bearer: toBearer(row),
        workspaceName: row.workspace_name,
        owner: row.owner && toPerson(row.owner),
      }
    },
    async people(token, limit, after, now) {
      const { rows } = await pool.query<BearerRow & { people: PersonRow[] | null }>({
        ...peopleStatements[token.kind],
        values: [token.hash, now, limit, after],
      })
      const row = rows[0]
      if (!row) return null
      const people = (row.people ?? []).map(toPerson)
      return { bearer: toBearer(row), people: people.slice(0, limit), more: people.length > limit }
    },
    async person(token, id, now) {
      const { rows } = await pool.query<BearerRow & { person: PersonRow | null }>({
        ...personStatements[token.kind],
        values: [token.hash, now, id],
      })
      const row = rows[0]
      return row ? { bearer: toBearer(row), person: row.person && toPerson(row.person) } : null
    },
  }
}

function toPerson(row: PersonRow): Person {
  return { id: row.id, name: row.name, avatarUrl: row.avatar_url, email: row.email }
}
