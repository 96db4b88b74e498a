import type { ReachedPage } from '../installs/bearer.ts'
import type { Capability } from '../installs/capability.ts'
import type { Call, Wing } from './call.ts'
import { readId } from './input.ts'
import type { ChangeOutcome, FlowHeader } from './needs.ts'
import { readPageDraft, readPageEdit } from './page-input.ts'
import { presentPage } from './present.ts'
import { ApiRefusal, invalid, notFound, readOnly } from './refusals.ts'

/** A reached page and the bearer who may do `needed` to it. */
async function reach(
  wing: Wing,
  call: Call,
  id: string,
  needed: Capability,
): Promise<FlowHeader & { page: ReachedPage }> {
  const { bearer, page } = await call.admit(await wing.access.page(call.token, id, call.now), needed)
  if (!page) throw notFound('page', id, bearer, wing.issuer)
  return { token: call.token, bearer, now: call.now, page }
}

export async function retrievePage(wing: Wing, call: Call) {
  const { page, bearer } = await reach(wing, call, readId('page_id', call.id), 'read_content')
  return presentPage(page, bearer, wing.issuer)
}

/** Title, icon, and into the trash. What is in the trash is out of reach, so only people bring it back. */
export async function updatePage(wing: Wing, call: Call) {
  await refuseWhereReadOnly(wing, call)
  const id = readId('page_id', call.id)
  const { inTrash = false, ...change } = readPageEdit(call.body)
  const asking = await reach(wing, call, id, 'update_content')
  let { page } = asking
  if (Object.keys(change).length > 0)
    page = await settle(wing, call, 'update_content', id, await wing.changes.update(asking, id, change))
  if (inTrash) page = await settle(wing, call, 'update_content', id, await wing.changes.trash(asking, id))
  return presentPage(page, asking.bearer, wing.issuer, inTrash)
}

export async function createPage(wing: Wing, call: Call) {
  await refuseWhereReadOnly(wing, call)
  const { title, icon, ...draft } = readPageDraft(call.body)
  const parentId = readId('body.parent.page_id', draft.parentId)
  const asking = await reach(wing, call, parentId, 'insert_content')
  const outcome = await wing.changes.create(asking, { id: wing.newId(), parentId, title, icon })
  return presentPage(
    await settle(wing, call, 'insert_content', parentId, outcome),
    asking.bearer,
    wing.issuer,
  )
}

/** A right that ended in between is answered as if it had been asked about afterwards. */
async function settle(
  wing: Wing,
  call: Call,
  needed: Capability,
  id: string,
  outcome: ChangeOutcome,
): Promise<ReachedPage> {
  if (outcome.kind === 'done') return outcome.page
  if (outcome.kind === 'too-deep') throw invalid('body.parent is too deep in the tree for a page below it.')
  await reach(wing, call, id, needed)
  throw new ApiRefusal('conflict_error', 'The page changed while this was asked. Please try again.')
}

async function refuseWhereReadOnly(wing: Wing, call: Call): Promise<void> {
  if (wing.partnerApi !== 'read') return
  await call.admitAnyone()
  throw readOnly()
}
