/** The changes, shown before they are saved: for settings that stop something, and for every manifest. */
import type { PlannedChange } from '../../../installs/actions/apply-manifest.ts'
import { capabilities } from '../../../installs/capability.ts'
import type { KeySet } from '../../../installs/client-keys.ts'
import type { Connection } from '../../../installs/connection.ts'
import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import { manifestName } from '../../../manifest/manifest.ts'
import { type Render, view } from '../../frame/render.ts'
import type { WebContext } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import { connectionLayout } from '../frame/head.ts'
import { labels } from '../settings/words.ts'

type ChangeShown = {
  label: string
  /** The values before and after; for a list only the items that differ. */
  before: string[]
  after: string[]
  /** Printed as code. */
  code: boolean
  stops: string | null
}

export type ReviewPage = {
  heading: string
  lead: string
  /** Somebody else has saved changes since the form was opened. */
  changedMeanwhile: boolean
  changes: ChangeShown[]
  action: string
  /** The changed members alone, as a manifest. */
  manifest: string
  version: string
  submit: string
  back: { label: string; href: string }
}
export const reviewView = view<ReviewPage>('developers/review')

type Plan = { changes: PlannedChange[]; version: string }
type Occasion = { from: 'settings' | 'manifest'; changedMeanwhile: boolean }

export function reviewPage(connection: Connection, plan: Plan, occasion: Occasion): ReviewPage {
  const count = plan.changes.length
  return {
    heading: count === 1 ? 'Save this change?' : `Save these ${count} changes?`,
    lead: `They are of ${connection.name}, and hold from the next request on.`,
    changedMeanwhile: occasion.changedMeanwhile,
    changes: plan.changes.map(shown),
    action: urls.developersPart(connection.id, 'manifest/apply'),
    manifest: JSON.stringify(
      Object.fromEntries(plan.changes.map(({ member, after }) => [manifestName[member], after])),
    ),
    version: plan.version,
    submit: count === 1 ? 'Save change' : 'Save changes',
    back: { label: 'Change nothing', href: urls.developersPart(connection.id, occasion.from) },
  }
}

function shown(change: PlannedChange): ChangeShown {
  const base = { label: labels[change.member], stops: change.stops }
  if (change.member === 'redirectUris')
    return { ...base, code: true, ...differing(change.before, change.after) }
  if (change.member === 'capabilities' || change.member === 'optionalCapabilities') {
    const inOrder = (list: string[]) => capabilities.filter(one => list.includes(one))
    return { ...base, code: true, ...differing(inOrder(change.before), inOrder(change.after)) }
  }
  if (change.member === 'jwks')
    return { ...base, code: true, ...differing(keyNames(change.before), keyNames(change.after)) }
  return { ...base, code: false, before: words(change.before), after: words(change.after) }
}

function differing(before: string[], after: string[]): { before: string[]; after: string[] } {
  return {
    before: before.filter(one => !after.includes(one)),
    after: after.filter(one => !before.includes(one)),
  }
}

/** By their ids, or else by their values. */
const keyNames = (set: KeySet | null) => (set?.keys ?? []).map(key => String(key.kid ?? key.x ?? key.n))

function words(value: string | boolean | null): string[] {
  if (value === null) return []
  return [value === true ? 'Yes' : value === false ? 'No' : value]
}

export type ShowReview = ReturnType<typeof reviews>

export function reviews(render: Render) {
  return (ctx: WebContext, visit: ManagedConnection, plan: Plan, occasion: Occasion): void => {
    if (occasion.changedMeanwhile) ctx.status = 409
    const page = reviewPage(visit.connection, plan, occasion)
    render.screen(ctx, reviewView, page, connectionLayout(visit, 'Review', 'Review'))
  }
}
