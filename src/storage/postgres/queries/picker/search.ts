/**
 * Search in the page picker: first titles that begin with the words, in alphabetical order, then titles that contain them
 * elsewhere. Both parts are bounded, so that a word of every title costs no more than a rare one.
 */
import type { Pool } from 'pg'
import type { PickerPage, PickerReadings } from '../../../../web/picker/readings.ts'
import { personReaches } from '../../reach.ts'
import { literal, searchable, searchWords } from '../../search-text.ts'
import { countBelow, grantedSql, rowCountLimit, titlesAbove } from './pages.ts'

/** Results that are shown at once. */
export const resultsSize = 50
/** Results that can be walked through; beyond them only more words help. */
export const resultsLimit = 200

const matches = (condition: string, order: string) => `
  select p.id, p.sort_title from pages p
  join page_paths t on t.workspace_id = $1 and t.page_id = p.id and not t.hidden
  join pages root on root.workspace_id = $1 and root.id = t.path[1]
  where p.workspace_id = $1 and ${condition} and ${personReaches('$2', 'root')}
  ${order} limit ${resultsLimit} + 1`

/** Where enough titles begin with the words, no others are looked for: of a short word there may be tens of thousands. */
const wanted = `(select count(*) from beginning) <= ${resultsLimit} and `

/** Both bounds in one collation, so that the range can use the index under any default collation. */
const begins = `p.sort_title collate "C" >= lower(left($4, 200)) collate "C"
  and p.sort_title collate "C" < (lower(left($4, 200)) || U&'\\+10FFFF') collate "C"`

const textOf = (held: string) => `
  with now as materialized (${grantedSql}),
  beginning as materialized (${matches(begins, 'order by p.sort_title collate "C", p.id')}),
  holding as materialized (${matches(`${wanted} ${held}`, '')}),
  found as materialized (
    select id, min(rank) as rank, sort_title from (
      select id, sort_title, 0 as rank from beginning union all select id, sort_title, 1 from holding) both_ranks
    group by id, sort_title order by rank, sort_title, id limit ${resultsSize} + 1 offset $6)
  select p.id, p.title, p.icon, p.type, t.path::text[] as path, ${titlesAbove('t')} as above,
    ${countBelow('t', `${rowCountLimit}`)} as below, t.path && now.ids as "reachedNow"
  from found f
  cross join now
  join pages p on p.workspace_id = $1 and p.id = f.id
  join page_paths t on t.workspace_id = $1 and t.page_id = f.id
  order by f.rank, f.sort_title, f.id`

/**
 * Where letters have no case, leaving it out halves the cost of looking at every title. One or two signs are no group that
 * the index knows: asked for them, it would be read whole, and titles read one by one are quicker.
 */
const texts = {
  cased: textOf(`${searchable('p.title')} ilike $5`),
  caseless: textOf(`${searchable('p.title')} like $5`),
  short: textOf(`${searchable('p.title')} || '' like $5`),
}

export const searchPicker =
  (pool: Pool): PickerReadings['search'] =>
  async ({ workspaceId, userId, connectionId, words: written, offset }) => {
    const words = searchWords(written)
    if (offset >= resultsLimit) return { pages: [], more: false, cut: false }
    // Without a name, so that it is planned for these very words.
    const { rows } = await pool.query<PickerPage>({
      text: texts[kindOf(words)],
      values: [workspaceId, userId, connectionId, words, holds(words), offset],
    })
    const others = rows.length > resultsSize
    const more = others && offset + resultsSize < resultsLimit
    return { pages: rows.slice(0, resultsSize), more, cut: others && !more }
  }

/** Scripts without spaces, in which a search term rarely begins a word. */
const withoutSpaces =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Khmer}\p{Script=Lao}]/u

const isShort = (words: string) => [...words].length < 3

function kindOf(words: string): keyof typeof texts {
  if (words.toLowerCase() !== words.toUpperCase()) return 'cased'
  return isShort(words) && withoutSpaces.test(words) ? 'short' : 'caseless'
}

/**
 * The pattern for titles that hold the words. The index knows groups of three characters: one or two are looked for at the
 * beginning of a word only, where the gap before them counts as a character too.
 */
function holds(words: string): string {
  const text = literal(words)
  return isShort(words) && !withoutSpaces.test(words) ? `% ${text}%` : `%${text}%`
}
