/**
 * Search over the reached pages. The cost of a request is bounded for any workspace and any query:
 * - few titles match (trigram index): all of them are checked, and the answer is exact;
 * - many match, or there is no query: the reached pages are walked in the requested order, at most `examined` of them in one
 *   request; a part may then hold fewer pages than requested, and the next one continues from there.
 */
import type { Pool } from 'pg'
import type { Direction, SearchReadings, TimePosition, TreePosition } from '../../../../api/ports.ts'
import { pageColumns, statements } from '../../access.ts'
import { literal, searchable, searchWords } from '../../search-text.ts'
import { bearerAndTop, byKey, list, walkInTreeOrder, withTop } from './reach.ts'

/** Titles that the trigram index may bring before the walk is the better way. */
const candidates = 2_000
/** Reached pages that are sorted by time at once; with more, the index on time is walked. */
const sortable = 5_000
/** Rows that a walk looks at in one request. */
const examined = 10_000

const matches = (page: string, pattern: string, type: string) =>
  `(${pattern}::text is null or ${searchable(`${page}.title`)} ilike ${pattern}) and (${type}::text is null or ${page}.type = ${type})`

/** One row out of `matched` (numbered by `nr`): the first $3 pages, and where to go on after the last of them. */
const answer = (place: string, exhausted: string, givenUp = 'null::boolean') => `
  select b.*,
    (select json_agg(m order by m.nr) from matched m where m.nr <= $3) as pages,
    case when (select count(*) from matched) > $3 then (select ${place} from matched m where m.nr = $3)
         else ${exhausted} end as next,
    ${givenUp} as given_up
  from bearer b`

const treePosition =
  '(select array_to_json(w.path) from page_paths w where w.workspace_id = b.workspace_id and w.page_id = m.id)'

// $1 token, $2 now, $3 pages asked for, $4 pattern, $5 type, $6 after this path, $7 rows to look at
const treeWalk = statements(
  'search-tree-walk',
  kind => `with recursive ${bearerAndTop(kind)}, ${walkInTreeOrder('$6::uuid[]', '$7')},
    matched as materialized (
      select ${pageColumns('p', 'walk.below_top')}, row_number() over (order by walk.at, walk.place) as nr
      from walk
      ${byKey('pages', 'p', 'p.workspace_id = (select workspace_id from bearer) and p.id = walk.id')}
      where ${matches('p', '$4', '$5')}
      order by walk.at, walk.place limit $3 + 1)
    ${answer(
      treePosition,
      `case when (select count(*) from walk) >= $7 then (
         select ${treePosition} from walk m order by m.at desc, m.place desc limit 1) end`,
    )}`,
)

/** The matches of the trigram index for a pattern, unless there are too many. */
const found = `found as materialized (
    select p.* from pages p
    where p.workspace_id = (select workspace_id from bearer) and ${searchable('p.title')} ilike $4
      and ($5::text is null or p.type = $5) and not p.archived
    limit ${candidates + 1}),
  dense as materialized (select count(*) > ${candidates} as yes from found)`

// $1 token, $2 now, $3 pages asked for, $4 pattern, $5 type, $6 after this path
const treeMatches = statements(
  'search-tree-matches',
  kind => `with recursive ${bearerAndTop(kind)}, ${found},
    matched as materialized (
      select ${pageColumns('p', 'top.page_id <> p.id')}, row_number() over (order by w.path) as nr
      from found p ${withTop('p')}
      where not (select yes from dense) and w.path > coalesce($6::uuid[], '{}')
      order by w.path limit $3 + 1)
    ${answer(treePosition, 'null', '(select yes from dense)')}`,
)

const orders = {
  ascending: { sort: 'updated_at, id', beyond: '>', from: `'-infinity'` },
  descending: { sort: 'updated_at desc, id desc', beyond: '<', from: `'infinity'` },
}
const timePosition = `json_build_object('at', m.updated_at, 'id', m.id)`

/** After the place ($6 moment, $7 id), in the order of time. */
const afterPlace = (direction: Direction, page: string) =>
  `(${page}.updated_at, ${page}.id) ${orders[direction].beyond}
     (coalesce($6::timestamptz, ${orders[direction].from}), coalesce($7::uuid, '00000000-0000-0000-0000-000000000000'))`

const sorted = (direction: Direction, from: string, where: string) => `
  matched as materialized (
    select *, row_number() over (order by ${orders[direction].sort}) as nr from (
      select ${from} and ${where}) p
    order by ${orders[direction].sort} limit $3 + 1)`

// $1 token, $2 now, $3 pages asked for, $4 pattern, $5 type, $6 and $7 after this moment and id
const timeMatches = byDirection(direction =>
  statements(
    `search-time-matches-${direction}`,
    kind =>
      `with recursive ${bearerAndTop(kind)}, ${found}, ${sorted(
        direction,
        `${pageColumns('p', 'top.page_id <> p.id')} from found p ${withTop('p')} where not (select yes from dense)`,
        afterPlace(direction, 'p'),
      )} ${answer(timePosition, 'null', '(select yes from dense)')}`,
  ),
)

// The same values; every reached page is sorted, unless there are too many.
const timeSort = byDirection(direction =>
  statements(
    `search-time-sort-${direction}`,
    kind => `with recursive ${bearerAndTop(kind)}, ${walkInTreeOrder('null::uuid[]', `${sortable + 1}`)},
    wide as materialized (select count(*) > ${sortable} as yes from walk), ${sorted(
      direction,
      `${pageColumns('p', 'walk.below_top')} from walk
       ${byKey('pages', 'p', 'p.workspace_id = (select workspace_id from bearer) and p.id = walk.id')}
       where not (select yes from wide) and ${matches('p', '$4', '$5')}`,
      afterPlace(direction, 'p'),
    )} ${answer(timePosition, 'null', '(select yes from wide)')}`,
  ),
)

// The same values and $8, rows to look at: the workspace's pages in order of time, kept where they are reached.
const timeWalk = byDirection(direction =>
  statements(
    `search-time-walk-${direction}`,
    kind => `with recursive ${bearerAndTop(kind)},
    looked as materialized (
      select p.* from pages p
      where p.workspace_id = (select workspace_id from bearer) and ${afterPlace(direction, 'p')}
      order by ${orders[direction].sort} limit $8), ${sorted(
        direction,
        `${pageColumns('p', 'top.page_id <> p.id')} from looked p ${withTop('p')} where ${matches('p', '$4', '$5')}`,
        'true',
      )} ${answer(
        timePosition,
        `case when (select count(*) from looked) >= $8 then (
           select ${timePosition} from looked m order by ${reverse(orders[direction].sort)} limit 1) end`,
      )}`,
  ),
)

function byDirection<T>(of: (direction: Direction) => T): Record<Direction, T> {
  return { ascending: of('ascending'), descending: of('descending') }
}

function reverse(sort: string): string {
  return sort.includes('desc')
    ? sort.replaceAll(' desc', '')
    : sort.replace('updated_at, id', 'updated_at desc, id desc')
}

/** A pattern that matches the text literally. */
function patternOf(query: string | null): string | null {
  return query === null ? null : `%${literal(query)}%`
}

/** Fewer than three characters have no trigram, and the index would bring the whole workspace. */
function hasTrigram(query: string | null): boolean {
  return query !== null && /[\p{L}\p{N}]{3}/u.test(searchWords(query))
}

export function openSearch(pool: Pool): SearchReadings {
  return {
    async inTree(token, { query, type, limit }, after, now) {
      const values = [token.hash, now, limit, patternOf(query), type, after]
      if (hasTrigram(query)) {
        const exact = await list<TreePosition>(pool, treeMatches[token.kind], values)
        if (!exact?.givenUp) return exact
      }
      const room = query === null && type === null ? limit + 1 : examined
      return list<TreePosition>(pool, treeWalk[token.kind], [...values, room])
    },
    async byTime(token, { query, type, limit }, direction, after, now) {
      const values = [token.hash, now, limit, patternOf(query), type, after?.at ?? null, after?.id ?? null]
      const ways = [...(hasTrigram(query) ? [timeMatches] : []), timeSort]
      for (const way of ways) {
        const exact = await list<TimePosition>(pool, way[direction][token.kind], values)
        if (!exact?.givenUp) return exact
      }
      return list<TimePosition>(pool, timeWalk[direction][token.kind], [...values, examined])
    },
  }
}
