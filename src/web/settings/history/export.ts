import { Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { HistoryRow } from '../../../installs/history.ts'
import { whoOf } from './page.ts'
import { tell } from './words.ts'

const columns = [
  'id',
  'at',
  'kind',
  'summary',
  'actor_id',
  'actor_name',
  'actor_email',
  'connection_id',
  'connection_name',
  'installer_id',
  'installer_name',
  'address',
  'request_id',
  'data',
] as const

type ExportedEvent = Record<(typeof columns)[number], unknown>

function exported(row: HistoryRow): ExportedEvent {
  return {
    id: row.id,
    at: row.at.toISOString(),
    kind: row.kind,
    // Without the isolates around names, which are for screens.
    summary: `${whoOf(row)} ${tell(row)}`.replace(/[\u2068\u2069]/g, ''),
    actor_id: row.actor?.id ?? null,
    actor_name: row.actor?.name ?? null,
    actor_email: row.actor?.email ?? null,
    connection_id: row.connection?.id ?? null,
    connection_name: row.connection?.name ?? null,
    installer_id: row.installer?.id ?? null,
    installer_name: row.installer?.name ?? null,
    address: row.address,
    request_id: row.requestId,
    data: row.data,
  }
}

/** One event a line (NDJSON), produced as it is read. */
export function toNdjson(rows: AsyncIterable<HistoryRow>): Readable {
  async function* lines() {
    for await (const row of rows) yield `${JSON.stringify(exported(row))}\n`
  }
  return Readable.from(lines())
}

/** Spreadsheets of many countries separate cells with semicolons, so text after one may begin a cell, too. */
const unformed = (text: string) => text.replace(/(;\s*)(?=[=+@]|-\w)/g, "$1'")

/** RFC 4180 with a header. A cell that a spreadsheet would run as a formula is escaped. */
export function toCsv(rows: AsyncIterable<HistoryRow>): Readable {
  async function* records() {
    for await (const row of rows) yield exported(row)
  }
  const csv = stringify({
    header: true,
    columns: [...columns],
    escape_formulas: true,
    cast: { object: value => unformed(JSON.stringify(value)), string: unformed },
  })
  const source = Readable.from(records())
  source.on('error', error => csv.destroy(error))
  return source.pipe(csv)
}
