import type { HistoryRow } from '../../../installs/history.ts'
import { view } from '../../frame/render.ts'
import { momentOf } from '../../kit/dates.ts'
import { type Field, field } from '../../kit/field.ts'
import { type Pagination, paginate } from '../../kit/pagination.ts'
import { type Columns, clipCell, momentCell, type Table, table } from '../../kit/table.ts'
import { urls } from '../../urls.ts'
import { type HistoryFields, type HistoryQuestion, writeCursor } from './form.ts'
import { eventKinds, kindWords, namesItsInstaller, tell } from './words.ts'

/** Events shown at once. */
export const historySize = 50

type Choice = { value: string; label: string; chosen: boolean }

export type HistoryPage = {
  workspace: string
  problem: string | null
  filters: {
    action: string
    person: Field
    connections: Choice[]
    kinds: Choice[]
    from: string
    to: string
    /** The address without filters; null: no filter is set. */
    clear: string | null
  }
  downloads: { csv: string; ndjson: string }
  table: Table
  empty: {
    icon: 'history'
    heading: string
    sentence: string
    action: { label: string; href: string } | null
  }
  pagination: Pagination
}
export const historyView = view<HistoryPage>('settings/history')

type Facts = {
  workspace: { id: string; name: string }
  question: HistoryQuestion
  /** One more than is shown, if there are more. */
  rows: HistoryRow[]
  connections: { id: string; name: string }[]
  now: Date
}

export function historyPage({ workspace, question, rows, connections, now }: Facts): HistoryPage {
  const { fields, filter } = question
  const list = urls.history(workspace.id)
  const set = filled(fields)
  const filtered = set.size > 0
  const shown = rows.slice(0, historySize)
  const last = shown.at(-1)
  return {
    workspace: workspace.name,
    problem: question.problem,
    filters: {
      action: list,
      person: field('person', 'Person', { type: 'search', value: fields.person }),
      connections: connections.map(({ id, name }) => ({
        value: id,
        label: name,
        chosen: id === filter.connectionId,
      })),
      kinds: eventKinds.map(kind => ({
        value: kind,
        label: kindWords[kind].label,
        chosen: filter.kinds.includes(kind),
      })),
      from: fields.from,
      to: fields.to,
      clear: filtered ? list : null,
    },
    downloads: { csv: `${list}/events.csv?${set}`, ndjson: `${list}/events.ndjson?${set}` },
    table: table(columns(now), shown),
    empty: emptyWords(list, filtered || question.after !== null),
    pagination: paginate(
      `${list}?${set}`,
      question.trail,
      rows.length > historySize ? writeCursor(last!) : null,
    ),
  }
}

function filled(fields: HistoryFields): URLSearchParams {
  return new URLSearchParams(Object.entries(fields).filter(([, value]) => value !== ''))
}

function emptyWords(list: string, narrowed: boolean): HistoryPage['empty'] {
  return narrowed
    ? {
        icon: 'history',
        heading: 'No results',
        sentence: 'No event matches your filters.',
        action: { label: 'Show everything', href: list },
      }
    : {
        icon: 'history',
        heading: 'No events yet',
        sentence:
          'Installs, changes, approvals and disconnects in this workspace appear here, with who made them and when.',
        action: null,
      }
}

const columns = (now: Date): Columns<HistoryRow> => [
  { label: 'When', cell: row => momentCell(momentOf(row.at, now)) },
  {
    label: 'What happened',
    cell: row => ({ kind: 'event', who: whoOf(row), what: tell(row), whose: whoseOf(row) }),
  },
  { label: 'Connection', cell: row => clipCell(row.connection?.name ?? null) },
  {
    label: 'Address',
    cell: ({ address }) => (address ? { kind: 'address', text: address } : clipCell(null)),
  },
]

/** The installer's name, where someone else acted and the sentence does not name them. */
function whoseOf(row: HistoryRow): string | null {
  const { installer, actor } = row
  return installer && installer.id !== actor?.id && !namesItsInstaller(row) ? installer.name : null
}

/** Actions without a signed-in person are the partner's server's or the operator's. */
export function whoOf({ actor, kind }: HistoryRow): string {
  if (actor) return actor.name
  return byPartner.has(kind) ? 'The partner' : 'The operator'
}
const byPartner = new Set<HistoryRow['kind']>([
  'installation.activated',
  'installation.reinstalled',
  'token.refreshed',
  'code.reused',
  'refresh-token.reused',
  'token.revoked',
])
