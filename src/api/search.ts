import type { Call, Wing } from './call.ts'
import { type Opened, requireOwnCursor } from './cursor.ts'
import { allowOnly, type Members, readBoolean, readObject, readOneOf, readPart, readText } from './input.ts'
import type { Direction, Listing, SearchQuestion, TimePosition, TreePosition } from './needs.ts'
import { presentDatabase, presentList, presentPage } from './present.ts'

const maxQueryLength = 2_000
/** From this version of the dialect on, databases are told as data sources. */
const knowsDataSources = '2025-09-03'

type Question = SearchQuestion & { sort: Direction | null; inTrash: boolean }

/** Everything that the installation reaches, by title, in tree order or in order of the last edit. */
export async function search(wing: Wing, call: Call) {
  const { limit, cursor } = readPart(call.body)
  const { sort, inTrash, ...asked } = readQuestion(call.body, limit)
  const question = ['search', asked.query, asked.type, sort]
  const from = wing.cursors.read(question, cursor)
  const { bearer, ...found } = await call.admit(await find(wing, call, asked, sort, from), 'read_content')
  requireOwnCursor(from, bearer)
  // What is in the trash is out of reach.
  const pages = inTrash ? [] : found.pages
  const named = call.version !== null && call.version < knowsDataSources ? 'database' : 'data_source'
  return presentList(
    'page_or_data_source',
    pages.map(page =>
      page.type === 'database'
        ? presentDatabase(page, bearer, wing.issuer, named)
        : presentPage(page, bearer, wing.issuer),
    ),
    inTrash ? null : wing.cursors.write(bearer, question, found.next),
  )
}

function find(
  wing: Wing,
  call: Call,
  asked: SearchQuestion,
  sort: Direction | null,
  from: Opened<unknown> | null,
): Promise<Listing<unknown> | null> {
  const place = from?.place ?? null
  return sort === null
    ? wing.search.inTree(call.token, asked, place as TreePosition | null, call.now)
    : wing.search.byTime(call.token, asked, sort, place as TimePosition | null, call.now)
}

function readQuestion(body: Members, limit: number): Question {
  allowOnly('body', body, ['query', 'filter', 'sort', 'start_cursor', 'page_size'])
  const query = body.query === undefined ? '' : readText('body.query', body.query, maxQueryLength).trim()
  return {
    query: query === '' ? null : query,
    limit,
    sort: body.sort === undefined ? null : readSort(readObject('body.sort', body.sort)),
    ...readFilter(body.filter === undefined ? {} : readObject('body.filter', body.filter)),
  }
}

function readFilter(filter: Members): Pick<Question, 'type' | 'inTrash'> {
  allowOnly('body.filter', filter, ['property', 'value', 'in_trash'])
  const inTrash = filter.in_trash === undefined ? false : readBoolean('body.filter.in_trash', filter.in_trash)
  if (filter.property === undefined && filter.value === undefined) return { type: null, inTrash }
  readOneOf('body.filter.property', filter.property, ['object'])
  const value = readOneOf('body.filter.value', filter.value, ['page', 'database', 'data_source'])
  return { type: value === 'page' ? 'page' : 'database', inTrash }
}

function readSort(sort: Members): Direction {
  allowOnly('body.sort', sort, ['timestamp', 'direction'])
  readOneOf('body.sort.timestamp', sort.timestamp, ['last_edited_time'])
  if (sort.direction === undefined) return 'descending'
  return readOneOf('body.sort.direction', sort.direction, ['ascending', 'descending'])
}
