/** Tables as `views/partials/table.ejs` prints them: a screen lists its columns, and how each reads a row. */
import type { Badge } from './badge.ts'
import type { Moment } from './dates.ts'
import type { Mark } from './marks.ts'
import type { Menu } from './menu.ts'

/** The content of a cell, by the kinds of `views/partials/cell.ejs`. */
export type Cell =
  | { kind: 'text' | 'number' | 'quiet' | 'clip' | 'address' | 'code'; text: string }
  | { kind: 'moment'; at: Moment }
  | { kind: 'moment-by'; at: Moment; by: string }
  | NameCell
  | { kind: 'levels'; levels: string[] }
  | PagesCell
  | { kind: 'event'; who: string; what: string; whose: string | null }
  | { kind: 'menu'; menu: Menu | null }
  | { kind: 'badge'; badge: Badge }
  | { kind: 'attempt'; href: string; at: Moment; clock: string }
  | { kind: 'step'; text: string | null; code: string | null }
  | { kind: 'action'; href: string; text: string; label: string }
  /** A button that posts; `label` for screen readers, whose beginning is the text. */
  | { kind: 'press'; action: string; text: string; label: string }
  /** A check box that selects the row. */
  | { kind: 'select'; id: string; name: string }

/** A name with its mark. `href`: where it leads; `email`, `note`: in small print below. */
type NameCell = {
  kind: 'name'
  mark: Mark
  name: string
  href: string | null
  email: string | null
  badges: Badge[]
  note: string | null
}
/** `all`: with everything below them; `manage`: where they are chosen, and its name for screen readers. */
type PagesCell = {
  kind: 'pages'
  own: string
  all: string | null
  manage: { href: string; label: string } | null
}

/** `hidden`: the label is for screen readers only. */
type Column = { label: string; hidden: boolean }
export type Columns<Row> = { label: string; hidden?: boolean; cell(row: Row): Cell }[]

/** `label`: the name of the table for screen readers, where no heading beside it says it. */
export type Table = { label: string | null; columns: Column[]; rows: Cell[][] }

export function table<Row>(columns: Columns<Row>, rows: Row[], label: string | null = null): Table {
  return {
    label,
    columns: columns.map(({ label, hidden = false }) => ({ label, hidden })),
    rows: rows.map(row => columns.map(column => column.cell(row))),
  }
}

type Name = Pick<NameCell, 'mark' | 'name' | 'badges'> & Partial<NameCell>
export const nameCell = (name: Name): Cell => ({ kind: 'name', href: null, email: null, note: null, ...name })

/** @param otherwise the words where the moment is null */
export const momentCell = (at: Moment | null, otherwise = '–'): Cell =>
  at ? { kind: 'moment', at } : { kind: 'quiet', text: otherwise }

/** The text in a line; a dash for null. */
export const clipCell = (text: string | null): Cell =>
  text === null ? { kind: 'quiet', text: '–' } : { kind: 'clip', text }
