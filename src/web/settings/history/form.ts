import type { EventKind } from '../../../installs/events.ts'
import type { HistoryCursor, HistoryFilter } from '../../../installs/history.ts'
import { readUuid } from '../../../installs/ids.ts'
import { type PassedCursors, readPassedCursors } from '../../kit/pagination.ts'
import { eventKinds } from './words.ts'

/** The filters as the address and the form spell them. */
export type HistoryFields = { person: string; connection: string; kind: string; from: string; to: string }

type Query = Record<string, string | string[] | undefined>

export type HistoryQuestion = {
  fields: HistoryFields
  filter: HistoryFilter
  after: HistoryCursor | null
  trail: PassedCursors
  /** The problems with the question, as sentences. */
  problem: string | null
}

const one = (value: string | string[] | undefined) =>
  typeof value === 'string' ? value.trim().slice(0, 200) : ''

/** Reads the address. Unreadable filters are left out and named in `problem`. */
export function readHistoryQuestion(query: Query): HistoryQuestion {
  const fields: HistoryFields = {
    person: one(query.person).replaceAll('\0', ''),
    connection: one(query.connection),
    kind: one(query.kind),
    from: one(query.from),
    to: one(query.to),
  }
  const [from, to] = [readDay(fields.from), readDay(fields.to)]
  const kind = eventKinds.find(known => known === fields.kind)
  const problems = [
    fields.from !== '' && !from ? 'The first day is not a date.' : '',
    fields.to !== '' && !to ? 'The last day is not a date.' : '',
    from && to && from > to ? 'The first day is after the last day.' : '',
    fields.kind !== '' && !kind ? 'There is no such kind of event.' : '',
    fields.connection !== '' && !readUuid(fields.connection) ? 'There is no such connection.' : '',
  ].filter(problem => problem !== '')
  const after = readCursor(one(query.after))
  return {
    fields,
    filter: {
      person: fields.person,
      connectionId: readUuid(fields.connection),
      kinds: kind ? [kind] : ([] as EventKind[]),
      from,
      until: to && new Date(to.getTime() + 24 * 60 * 60_000),
    },
    after,
    trail: readPassedCursors(query, after && writeCursor(after)),
    problem: problems.length > 0 ? problems.join(' ') : null,
  }
}

export function writeCursor({ at, id }: HistoryCursor): string {
  return `${at.getTime()}.${id}`
}

/** A cursor that was tampered with only chooses where the list starts; an unreadable one starts at the beginning. */
function readCursor(text: string): HistoryCursor | null {
  const [, ms, rest] = /^(\d{1,15})\.(.+)$/.exec(text) ?? []
  const id = readUuid(rest)
  const at = new Date(Number(ms))
  return id && !Number.isNaN(at.getTime()) ? { at, id } : null
}

/** A day in UTC, as the form's date boxes send it. */
function readDay(text: string): Date | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return null
  const at = new Date(`${text}T00:00:00Z`)
  return Number.isNaN(at.getTime()) ? null : at
}
