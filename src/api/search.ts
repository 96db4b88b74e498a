import { z } from 'zod'
import { Database, DataSource, Page, presentDatabase, presentPage } from './answers/pages.ts'
import { component, listOf, presentList } from './answers/schema.ts'
import type { Call } from './call.ts'
import { type Cursors, type Opened, requireOwnCursor } from './cursor.ts'
import { endpoint } from './endpoint.ts'
import { pagination, text } from './fields.ts'
import type {
  Direction,
  Listing,
  SearchQuestion,
  SearchReadings,
  TimePosition,
  TreePosition,
} from './ports.ts'

/** From this version of the dialect on, a database is listed as its data source. */
const firstVersionWithDataSources = '2025-09-03'

const filter = z
  .strictObject({
    property: z.literal('object').optional(),
    value: z.enum(['page', 'database', 'data_source']).optional(),
    in_trash: z
      .boolean()
      .default(false)
      .describe('Pages in the trash are out of reach: with true, no results.'),
  })
  .refine(({ property, value }) => (property === undefined) === (value === undefined), {
    error: 'should have property and value together',
  })

const sort = z.strictObject({
  timestamp: z.literal('last_edited_time'),
  direction: z.enum(['ascending', 'descending']).default('descending'),
})

/** Everything that the installation reaches, by title, in tree order or in order of the last edit. */
const searchPages = endpoint({
  method: 'POST',
  path: '/v1/search',
  id: 'search',
  summary: 'Find pages by title',
  description: 'Only pages that the token reaches; all of them without a query. Needs read_content.',
  by: 'token',
  body: z.strictObject({
    query: text(2_000).optional().describe('Part of a title, in any case.'),
    filter: filter.optional(),
    sort: sort.optional().describe('Without it, results are in the order of the page tree.'),
    ...pagination,
  }),
  answer: component('SearchResults', listOf('page_or_data_source', z.union([Page, DataSource, Database]))),
  async handle(needs: { issuer: string; search: SearchReadings; cursors: Cursors }, call, { body }) {
    const direction = body.sort?.direction ?? null
    const asked = {
      query: body.query?.trim() || null,
      type: typeNamed(body.filter?.value),
      limit: body.page_size,
    }
    const question = ['search', asked.query, asked.type, direction]
    const from = needs.cursors.read(question, body.start_cursor)
    const { bearer, ...found } = await call.admit(
      await find(needs, call, asked, direction, from),
      'read_content',
    )
    requireOwnCursor(from, bearer)
    if (body.filter?.in_trash) return presentList('page_or_data_source', [], null)
    const named =
      call.version !== null && call.version < firstVersionWithDataSources ? 'database' : 'data_source'
    return presentList(
      'page_or_data_source',
      found.pages.map(page =>
        page.type === 'database'
          ? presentDatabase(page, bearer, needs.issuer, named)
          : presentPage(page, bearer, needs.issuer),
      ),
      needs.cursors.write(bearer, question, found.next),
    )
  },
})

export const search = [searchPages]

function typeNamed(value: 'page' | 'database' | 'data_source' | undefined): SearchQuestion['type'] {
  if (value === undefined) return null
  return value === 'page' ? 'page' : 'database'
}

function find(
  { search }: { search: SearchReadings },
  call: Call,
  asked: SearchQuestion,
  direction: Direction | null,
  from: Opened<unknown> | null,
): Promise<Listing<unknown> | null> {
  const place = from?.place ?? null
  return direction === null
    ? search.inTree(call.token, asked, place as TreePosition | null, call.now)
    : search.byTime(call.token, asked, direction, place as TimePosition | null, call.now)
}
