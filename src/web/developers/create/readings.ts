import type { Plan, Policy, Role } from '../../../installs/workspace.ts'

/** A workspace of the person, with the facts that decide whether they may create a connection there. */
export type TargetWorkspace = { id: string; name: string; plan: Plan; role: Role; policy: Policy }

export type CreateReadings = {
  /** All workspaces of the person, by name. */
  targetWorkspaces(userId: string): Promise<TargetWorkspace[]>
}
