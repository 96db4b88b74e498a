import { type ActionContext, type ActionParts, actorOf, newEvent } from '../action-context.ts'
import type { InstallEvent } from '../events.ts'
import { type HeldInstallation, type InstallationScope, isLive } from '../installation.ts'
import { type Actor, mayGovern, mayRemovePage, mayWiden, type Placement } from '../policy.ts'
import { type Refusal, refused } from '../refusal.ts'

/** A granted page, and the member whose own reach limits the grant. */
export type PageGrant = { pageId: string; grantedBy: string }

/** Relative to the shown grants, so that changes by others in the meantime stay. */
export type PageChange = { installationId: string; add: readonly string[]; withdraw: readonly string[] }

export type ChangePagesStores = {
  actor(workspaceId: string, userId: string): Promise<Actor | null>
  placement(userId: string, workspaceId: string, connectionId: string): Promise<Placement | null>
  holdInstallations(workspaceId: string, scope: InstallationScope): Promise<HeldInstallation[]>
  grantsOf(workspaceId: string, installationId: string): Promise<PageGrant[]>
  /** The given pages that are at or below a grant of the installation, with the granter of the nearest one. */
  covered(workspaceId: string, installationId: string, pages: readonly string[]): Promise<PageGrant[]>
  /** The given pages that this member reaches. */
  reachable(userId: string, workspaceId: string, pages: readonly string[]): Promise<string[]>
  grantPages(workspaceId: string, installationId: string, grants: PageGrant[], now: Date): Promise<void>
  withdrawPages(workspaceId: string, installationId: string, pages: string[]): Promise<void>
  append(event: InstallEvent): Promise<void>
}

export type PagesChanged =
  | { kind: 'changed'; added: number; withdrawn: number }
  /** `ended`: it was disconnected in the meantime; `unknown`: there is no such installation in this workspace. */
  | { kind: 'unchanged' | 'ended' | 'unknown' }

/**
 * Adds and withdraws pages of an installation after the install, without the partner. For installers the rules of the flow
 * apply: only pages that they reach, and at least one. Owners only narrow installations of others, to pages at or below
 * granted ones.
 */
export function changePages(needs: ActionParts<ChangePagesStores>) {
  return (
    context: ActionContext & { actorId: string },
    change: PageChange,
  ): Promise<PagesChanged | Refusal> =>
    needs.transact(async stores => {
      const actor = await actorOf(stores, context)
      const [held] = await stores.holdInstallations(context.workspaceId, change)
      if (!actor || !held) return { kind: 'unknown' }
      const grants = await stores.grantsOf(context.workspaceId, held.id)
      const withdrawn = await toWithdraw(stores, context, held, grants, change)
      if (withdrawn.some(grant => mayRemovePage(actor, { ...grant, installation: held }).kind === 'no'))
        return refused('not-yours')
      const wanted = change.add.filter(page => !grants.some(grant => grant.pageId === page))
      const added = await toGrant(stores, context, actor, held, [...new Set(wanted)])
      if ('code' in added) return added
      // After the refusals, which must not reveal that it has ended.
      if (withdrawn.length + added.length === 0 && mayLook(actor, held) === false) return refused('not-yours')
      if (!isLive(held)) return { kind: 'ended' }
      if (withdrawn.length + added.length === 0) return { kind: 'unchanged' }
      const left = grants.length - withdrawn.length + added.length
      if (left === 0 && held.userId !== null) return refused('no-pages')

      const pages = withdrawn.map(grant => grant.pageId)
      await stores.withdrawPages(context.workspaceId, held.id, pages)
      await stores.grantPages(context.workspaceId, held.id, added, needs.now())
      await stores.append(
        newEvent(
          needs,
          context,
          'pages.changed',
          { connectionId: held.connectionId, installationId: held.id },
          { added: added.length, withdrawn: withdrawn.length, pages: left, installer_id: held.userId },
        ),
      )
      return { kind: 'changed', added: added.length, withdrawn: withdrawn.length }
    })
}

const mayLook = (actor: Actor, held: HeldInstallation) =>
  held.userId === actor.userId || mayGovern(actor).kind === 'yes'

/**
 * As on a re-install, exactly the shown grants are saved. The installer's own grants that they no longer reach, and so did not
 * see, are withdrawn, too: otherwise they would come back with the reach.
 */
async function toWithdraw(
  stores: ChangePagesStores,
  context: ActionContext & { actorId: string },
  held: HeldInstallation,
  grants: PageGrant[],
  change: PageChange,
): Promise<PageGrant[]> {
  const asked = new Set(change.withdraw)
  if (held.userId !== context.actorId) return grants.filter(grant => asked.has(grant.pageId))
  const pages = grants.map(grant => grant.pageId)
  const reached = new Set(await stores.reachable(context.actorId, context.workspaceId, pages))
  return grants.filter(grant => asked.has(grant.pageId) || !reached.has(grant.pageId))
}

async function toGrant(
  stores: ChangePagesStores,
  context: ActionContext & { actorId: string },
  actor: Actor,
  held: HeldInstallation,
  pages: string[],
): Promise<PageGrant[] | Refusal> {
  if (pages.length === 0) return []
  const placement = await stores.placement(context.actorId, context.workspaceId, held.connectionId)
  if (!placement) return refused('not-a-member')
  const may = mayWiden(placement, actor, held)
  const narrows = may.kind === 'no' && may.because === 'not-yours' && mayGovern(actor).kind === 'yes'
  if (may.kind === 'no' && !narrows) return refused(may.because)
  const reached = new Set(await stores.reachable(context.actorId, context.workspaceId, pages))
  if (pages.some(page => !reached.has(page))) return refused('page-out-of-reach')
  if (!narrows) return pages.map(pageId => ({ pageId, grantedBy: context.actorId }))
  const covered = await stores.covered(context.workspaceId, held.id, pages)
  return covered.length === pages.length ? covered : refused('only-narrowing')
}
