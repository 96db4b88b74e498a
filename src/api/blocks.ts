import type { Call, Wing } from './call.ts'
import { requireOwnCursor } from './cursor.ts'
import { readId, readPart } from './input.ts'
import type { ChildPosition } from './needs.ts'
import { presentChild, presentList } from './present.ts'
import { notFound } from './refusals.ts'

/** The pages directly below a page; other blocks are content, which the host product keeps. */
export async function listChildren(wing: Wing, call: Call) {
  const id = readId('block_id', call.id)
  const { limit, cursor } = readPart(call.query)
  const question = ['children', id]
  const from = wing.cursors.read<ChildPosition>(question, cursor)
  const { bearer, children, next } = await call.admit(
    await wing.children(call.token, id, limit, from?.place ?? null, call.now),
    'read_content',
  )
  if (!children) throw notFound('block', id, bearer, wing.issuer)
  requireOwnCursor(from, bearer)
  return presentList('block', children.map(presentChild), wing.cursors.write(bearer, question, next))
}
