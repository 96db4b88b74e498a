/** The partner API, call by call, from the same table as /openapi.json. */
import Router from '@koa/router'
import { type Render, view } from '../../frame/render.ts'
import type { WebState } from '../../http/state.ts'
import { developersLayout } from '../frame/head.ts'

/** One call, as the reference shows it. */
export type ReferenceCall = {
  id: string
  method: string
  path: string
  summary: string
  description: string
  by: 'token' | 'client' | 'admin' | 'either'
  /** The names of its parameters, in the query and in the body. */
  members: string[]
  answer: string
}

/** The shape of an answer, or of a part of one. */
export type ReferenceShape = {
  name: string
  description: string | null
  isList: boolean
  members: { name: string; type: string; presence: string; sentence: string }[]
}

export type ReferencePage = {
  shapes: readonly ReferenceShape[]
  document: string
  calls: {
    id: string
    method: string
    path: string
    summary: string
    description: string
    credentials: string
    members: string[]
    answer: string
  }[]
}
export const referenceView = view<ReferencePage>('developers/reference')

const credentials: Record<ReferenceCall['by'], string> = {
  token: 'Authorization: Bearer with a token',
  client: 'The client id and secret, by HTTP Basic or in the body',
  admin: 'Authorization: Bearer with a credential of the host product',
  either:
    'The client id and secret by HTTP Basic, or Authorization: Bearer with a credential of the host product',
}

export function referencePage(
  calls: readonly ReferenceCall[],
  shapes: readonly ReferenceShape[],
): ReferencePage {
  return {
    shapes,
    document: '/openapi.json',
    calls: calls.map(one => ({
      id: one.id,
      method: one.method,
      path: one.path,
      summary: one.summary,
      description: one.description,
      credentials: credentials[one.by],
      members: one.members,
      answer: one.answer,
    })),
  }
}

export function developersReference(needs: {
  render: Render
  calls: readonly ReferenceCall[]
  shapes: readonly ReferenceShape[]
}): Router<WebState> {
  const router = new Router<WebState>()
  router.get('/developers/reference', ctx => {
    const crumbs = [{ label: 'API reference', href: null }]
    needs.render.screen(
      ctx,
      referenceView,
      referencePage(needs.calls, needs.shapes),
      developersLayout('API reference', crumbs),
    )
  })
  return router
}
