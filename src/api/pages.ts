import type { ReachedPage } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'
import { Page, presentPage } from './answers/pages.ts'
import type { Call } from './call.ts'
import { endpoint } from './endpoint.ts'
import { PageDraft, PageEdit } from './page-body.ts'
import type { AccessReadings, Asking, ChangeOutcome, PageChanges } from './ports.ts'
import { ApiRefusal, invalid, notFound } from './refusals.ts'

type ReachNeeds = { issuer: string; access: AccessReadings }
type ChangeNeeds = ReachNeeds & { changes: PageChanges }

const pagesRetrieve = endpoint({
  method: 'GET',
  path: '/v1/pages/{page_id}',
  id: 'pagesRetrieve',
  summary: 'One page',
  description: 'A page that is not granted is answered as one that does not exist. Needs read_content.',
  by: 'token',
  answer: Page,
  async handle(needs: ReachNeeds, call, { params }) {
    const { page, bearer } = await reach(needs, call, params.page_id, 'read_content')
    return presentPage(page, bearer, needs.issuer)
  },
})

/** Title, icon, and into the trash. Only people restore a page: in the trash it is out of reach. */
const pagesUpdate = endpoint({
  method: 'PATCH',
  path: '/v1/pages/{page_id}',
  id: 'pagesUpdate',
  summary: 'Change title or icon',
  description: 'Needs update_content.',
  by: 'token',
  changesPages: true,
  body: PageEdit,
  answer: Page,
  async handle(needs: ChangeNeeds, call, { params, body: { change, inTrash } }) {
    const id = params.page_id
    const asking = await reach(needs, call, id, 'update_content')
    let { page } = asking
    if (Object.keys(change).length > 0)
      page = await settle(needs, call, 'update_content', id, await needs.changes.update(asking, id, change))
    if (inTrash) page = await settle(needs, call, 'update_content', id, await needs.changes.trash(asking, id))
    return presentPage(page, asking.bearer, needs.issuer, inTrash)
  },
})

const pagesCreate = endpoint({
  method: 'POST',
  path: '/v1/pages',
  id: 'pagesCreate',
  summary: 'Add a page',
  description: 'Below a page that the token reaches. Needs insert_content.',
  by: 'token',
  changesPages: true,
  body: PageDraft,
  answer: Page,
  async handle(needs: ChangeNeeds & { newId(): string }, call, { body }) {
    const { parentId } = body
    const asking = await reach(needs, call, parentId, 'insert_content')
    const outcome = await needs.changes.create(asking, { id: needs.newId(), ...body })
    const page = await settle(needs, call, 'insert_content', parentId, outcome)
    return presentPage(page, asking.bearer, needs.issuer)
  },
})

export const pages = [pagesRetrieve, pagesUpdate, pagesCreate]

/** A reached page and the bearer, which has the capability. */
async function reach(
  needs: ReachNeeds,
  call: Call,
  id: string,
  needed: Capability,
): Promise<Asking & { page: ReachedPage }> {
  const { bearer, page } = await call.admit(await needs.access.page(call.token, id, call.now), needed)
  if (!page) throw notFound('page', id, bearer, needs.issuer)
  return { token: call.token, bearer, now: call.now, page }
}

/** A right that ended meanwhile is answered like one that ended before the request. */
async function settle(
  needs: ReachNeeds,
  call: Call,
  needed: Capability,
  id: string,
  outcome: ChangeOutcome,
): Promise<ReachedPage> {
  if (outcome.kind === 'done') return outcome.page
  if (outcome.kind === 'too-deep') throw invalid('body.parent is too deep in the tree for a page below it.')
  await reach(needs, call, id, needed)
  throw new ApiRefusal('conflict_error', 'The page changed while this was asked. Please try again.')
}
