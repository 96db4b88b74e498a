/** The host product's directory as a stream: the lines of `latchkey import`, checked as a whole before any is written. */
import { createHash, hash } from 'node:crypto'
import type { Context } from 'koa'
import { z } from 'zod'
import type { AdminCall } from './admin.ts'
import { always, component, id, integer, time } from './answers/schema.ts'
import { endpoint } from './endpoint.ts'
import type { DirectoryFeed, DirectoryImported } from './ports.ts'
import { ApiRefusal, invalid } from './refusals.ts'

type Needs = { directory: DirectoryFeed }

const Batch = component(
  'DirectoryBatch',
  z.object({
    object: always('directory_batch'),
    lines: integer.describe('Lines that were read.'),
    changed: z
      .object({
        users: integer.describe('New or changed users.'),
        workspaces: integer.describe('New or changed workspaces.'),
        members: integer.describe('New, changed or removed members.'),
        pages: integer.describe('New or changed pages.'),
      })
      .describe('What became different by it; a batch that is sent again changes nothing.'),
    without_owner: z
      .array(
        z.object({ id: id.describe('Our id of the workspace.'), name: z.string().describe('Its name.') }),
      )
      .describe('Workspaces of its members that have no owner now.'),
    seq: integer.nullable().describe('The greatest seq of its lines; null where none has one.'),
  }),
)
type Batch = z.input<typeof Batch>

const feedDirectory = endpoint({
  method: 'POST',
  path: '/v1/directory',
  id: 'feedDirectory',
  summary: 'Feed the directory',
  description:
    'A stream of NDJSON (application/x-ndjson) with the lines of latchkey import; each may carry seq, a number of your own. A bad line refuses the whole batch with 422, and nothing changes. A change counts from the next request of any token. With Idempotency-Key a batch that is sent again within a day gets the first answer.',
  by: 'admin',
  scope: 'directory',
  answer: Batch,
  async handle({ directory }: Needs, { ctx, admin }: AdminCall) {
    if (!ctx.is('application/x-ndjson'))
      throw invalid('content-type should be application/x-ndjson: one JSON object a line.')
    const keyHash = readKey(ctx, admin.id)
    const body = createHash('sha256')
    const batch = keyHash && { keyHash, bodyHash: () => body.copy().digest() }
    const outcome = await directory.import(hashed(ctx, body), batch, toBatch)
    if (outcome.kind === 'answer') return outcome.answer
    if (outcome.kind === 'conflict')
      throw new ApiRefusal(
        'conflict_error',
        'The Idempotency-Key was used for another batch; use a new one for each.',
      )
    const [first] = outcome.faults
    throw new ApiRefusal(
      'unprocessable_content',
      `The batch was refused as a whole. Line ${first!.line}: ${first!.reason}.`,
      { additionalData: { lines: outcome.faults.map(({ line, reason }) => ({ line, message: reason })) } },
    )
  },
})

function toBatch({ lines, changed, ownerless, seq }: DirectoryImported): Batch {
  const { user: users, workspace: workspaces, member: members, page: pages } = changed
  return {
    object: 'directory_batch',
    lines,
    changed: { users, workspaces, members, pages },
    without_owner: ownerless.map(({ id, name }) => ({ id, name })),
    seq,
  }
}

const readCursor = endpoint({
  method: 'GET',
  path: '/v1/directory/cursor',
  id: 'directoryCursor',
  summary: 'Ask how far the directory is',
  description: 'The greatest seq that was fed, from behind which a feed goes on.',
  by: 'admin',
  scope: 'directory',
  answer: component(
    'DirectoryCursor',
    z.object({
      object: always('directory_cursor'),
      seq: integer.nullable().describe('The greatest number so far; null where no line had one.'),
      updated_at: time.nullable().describe('When it was reached.'),
    }),
  ),
  async handle({ directory }: Needs) {
    const cursor = await directory.cursor()
    return {
      object: 'directory_cursor' as const,
      seq: cursor?.seq ?? null,
      updated_at: cursor?.updatedAt.toISOString() ?? null,
    }
  },
})

export const directory = [feedDirectory, readCursor]

/** Each credential has keys of its own. @throws ApiRefusal `validation_error`. */
function readKey(ctx: Context, adminId: string): Buffer | null {
  const key = ctx.get('idempotency-key')
  if (key === '') return null
  if (key.length > 255) throw invalid('idempotency-key should be at most 255 characters.')
  return hash('sha256', `${adminId}\n${key}`, 'buffer')
}

async function* hashed(ctx: Context, body: ReturnType<typeof createHash>): AsyncGenerator<Uint8Array> {
  for await (const part of ctx.req) {
    body.update(part)
    yield part
  }
}
