import type { GovernedInstallation } from '../../../installs/actions/disconnect-unapproved.ts'
import type { KeptPolicy } from '../../../installs/actions/set-policy.ts'

export type NamedInstallation = GovernedInstallation & { connectionName: string; personName: string | null }

export type PolicyReading = {
  kept: KeptPolicy
  /** null: it was never set, or by someone who is gone. */
  setByName: string | null
  /** Live installations of public connections, by the connection's name; empty where the policy restricts none of them. */
  installed: NamedInstallation[]
}

export type PolicyReadings = {
  /** null when there is no such workspace. */
  policy(workspaceId: string): Promise<PolicyReading | null>
  nameOf(userId: string): Promise<string | null>
}
