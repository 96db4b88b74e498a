/**
 * The entrance to every screen of a workspace. Others' workspaces are answered like ones that do not exist, and owners' screens
 * are refused before anything is read, so that a refusal does not reveal which ids exist.
 *
 *   const visit = await gate.enter(ctx)          // or enterAsOwner
 *   if (!visit) return                           // answered already
 *   render.screen(ctx, view, model, gate.layout(visit, { title: 'History', navItem: 'history', crumbs: [] }))
 */
import { readUuid } from '../../installs/ids.ts'
import { type Actor, isRestrictedByPolicy, mayGovern } from '../../installs/policy.ts'
import type { Membership } from '../../installs/workspace.ts'
import { userOf } from '../http/require-sign-in.ts'
import type { SignedIn, WebContext } from '../http/state.ts'
import type { Faults } from './error-pages.ts'
import type { SettingsLayout } from './layout.ts'
import { placeLayout, type ScreenFacts } from './navigation.ts'

export type GateNeeds = {
  faults: Faults
  /** By name. */
  workspacesOf(userId: string): Promise<Membership[]>
  /** Requests for approval that wait for an owner. */
  waitingRequests(workspaceId: string): Promise<number>
  /** Offers to this member, and approvals that they have not taken up. */
  waitingFor(workspaceId: string, userId: string): Promise<number>
}

/** A person in one of their workspaces. */
export type WorkspaceVisit = {
  user: SignedIn
  workspace: Membership
  memberships: Membership[]
  /** Requests waiting for owners, or offers and approvals waiting for the member; null for guests. */
  waiting: number | null
}

export type WorkspaceGate = ReturnType<typeof workspaceGate>

export function workspaceGate(needs: GateNeeds) {
  async function enter(ctx: WebContext): Promise<WorkspaceVisit | null> {
    const user = userOf(ctx)
    const id = param(ctx, 'workspace')
    const memberships = await needs.workspacesOf(user.id)
    const workspace = memberships.find(one => one.id === id)
    if (!workspace) {
      needs.faults.notFound(ctx)
      return null
    }
    return { user, workspace, memberships, waiting: await waitingIn(user, workspace) }
  }

  async function waitingIn(user: SignedIn, workspace: Membership): Promise<number | null> {
    if (governs(user, workspace)) return needs.waitingRequests(workspace.id)
    return isRestrictedByPolicy(actorIn({ user, workspace })) ? needs.waitingFor(workspace.id, user.id) : null
  }

  return {
    /** Every member, guests too. null: answered already, with 404. For routers behind `mustBeSignedIn`. */
    enter,

    /** Owners only. null: answered already, with 404 or 403. */
    async enterAsOwner(ctx: WebContext): Promise<WorkspaceVisit | null> {
      const visit = await enter(ctx)
      if (!visit || governs(visit.user, visit.workspace)) return visit
      needs.faults.refuse(ctx, 'only-owners')
      return null
    },

    layout(
      { workspace, memberships, waiting }: WorkspaceVisit,
      screen: Pick<ScreenFacts, 'title' | 'navItem' | 'crumbs'>,
    ): SettingsLayout {
      return placeLayout({ ...screen, workspace, memberships, waiting })
    },
  }
}

/** The person as the policy's rules know them. Disabled people have no session. */
export function actorIn({ user, workspace }: { user: { id: string }; workspace: Membership }): Actor {
  return { userId: user.id, role: workspace.role, userDisabled: false }
}

export function governs(user: { id: string }, workspace: Membership): boolean {
  return mayGovern(actorIn({ user, workspace })).kind === 'yes'
}

/** An id in the address, with or without dashes; null for anything else. */
export function param(ctx: WebContext, name: string): string | null {
  return readUuid((ctx as unknown as { params: Record<string, string | undefined> }).params[name])
}

/** The context of an action: the person, the workspace, the address and the request. */
export function actionContextOf(ctx: WebContext, visit: WorkspaceVisit) {
  return {
    workspaceId: visit.workspace.id,
    actorId: visit.user.id,
    address: ctx.ip || null,
    requestId: ctx.state.requestId,
  }
}
