/** The workspaces in which a person may create a connection; without any, the reason. */
import { mayAddConnections, mayCreateConnection } from '../../../installs/policy.ts'
import type { TargetWorkspace } from './readings.ts'

function mayCreateIn(userId: string, { role, plan, policy }: TargetWorkspace) {
  return mayCreateConnection({ userId, role, userDisabled: false }, plan, policy)
}

export function openTo(userId: string, workspaces: TargetWorkspace[]): TargetWorkspace[] {
  return workspaces.filter(workspace => mayCreateIn(userId, workspace).kind === 'yes')
}

/** The reason why this person may create a connection in none of them, as a sentence; null if they may in some. */
export function whyNot(userId: string, workspaces: TargetWorkspace[]): string | null {
  if (openTo(userId, workspaces).length > 0) return null
  if (workspaces.length === 0)
    return 'A connection belongs to a workspace, and you are in none. Ask an owner to add you.'
  return workspaces.every(({ role }) => mayAddConnections({ role, userDisabled: false }).kind === 'no')
    ? 'You are a guest, and connections are created by members. Ask an owner of a workspace to make you one.'
    : 'Your workspaces let their owners alone create connections. Ask an owner to create it, or to change the policy.'
}
