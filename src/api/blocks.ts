import { z } from 'zod'
import { ChildBlock, presentChild } from './answers/pages.ts'
import { component, listOf, presentList } from './answers/schema.ts'
import { type Cursors, requireOwnCursor } from './cursor.ts'
import { endpoint } from './endpoint.ts'
import { pagination } from './fields.ts'
import type { ChildPosition, ChildrenReading } from './ports.ts'
import { notFound } from './refusals.ts'

/** Child pages only: any other block is content, which the host product keeps. */
const blocksChildrenList = endpoint({
  method: 'GET',
  path: '/v1/blocks/{block_id}/children',
  id: 'blocksChildrenList',
  summary: 'Pages directly below one',
  description: 'Needs read_content.',
  by: 'token',
  query: z.object(pagination),
  answer: component('BlockList', listOf('block', ChildBlock)),
  async handle(
    needs: { issuer: string; children: ChildrenReading; cursors: Cursors },
    call,
    { params, query },
  ) {
    const id = params.block_id
    const question = ['children', id]
    const from = needs.cursors.read<ChildPosition>(question, query.start_cursor)
    const { bearer, children, next } = await call.admit(
      await needs.children(call.token, id, query.page_size, from?.place ?? null, call.now),
      'read_content',
    )
    if (!children) throw notFound('block', id, bearer, needs.issuer)
    requireOwnCursor(from, bearer)
    return presentList('block', children.map(presentChild), needs.cursors.write(bearer, question, next))
  },
})

export const blocks = [blocksChildrenList]
