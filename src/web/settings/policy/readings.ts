import type { GovernedInstallation } from '../../../installs/actions/disconnect-unapproved.ts'
import type { KeptPolicy } from '../../../installs/actions/set-policy.ts'

export type NamedInstallation = GovernedInstallation & { connectionName: string; personName: string | null }

/** A workspace's policy and what it is held against; `setByName` null: nobody has set it, or someone who is gone. */
export type PolicyReading = { kept: KeptPolicy; setByName: string | null; installed: NamedInstallation[] }
