export type InstallationState = 'active' | 'suspended' | 'revoked'

/** Why an installation is suspended or revoked. */
export type StateReason =
  | 'by-owner'
  | 'by-member'
  | 'by-operator'
  | 'by-partner'
  /** The member who installed it was taken out of the workspace. */
  | 'installer-left'
  /** An owner ended what the member who left had installed. */
  | 'let-go'
  /** The policy would not let it in today, and an owner ended all such. */
  | 'not-approved'
  /** The member or the partner ended it while an owner's suspension stood: the suspension stands until an owner lifts it. */
  | 'while-suspended'
  /** Its developer deleted the connection. */
  | 'connection-deleted'

/** An installation that a change holds: nobody else changes it, and no token of it is issued, until the change is done. */
export type HeldInstallation = {
  id: string
  connectionId: string
  userId: string | null
  state: InstallationState
  stateReason: StateReason | null
  /** Whoever installed it is a member of the workspace; true for an internal connection, which nobody installed. */
  installerIsMember: boolean
}

/** Which installations of a workspace are meant: one, one person's of a connection, or all of a connection. */
export type InstallationScope = { installationId: string } | { connectionId: string; userId: string | null }

/** Suspended and active ones have tokens; the others have none left to take. */
export const isLive = (installation: { state: InstallationState }) =>
  installation.state === 'active' || installation.state === 'suspended'

type WithState = { state: InstallationState; stateReason: StateReason | null }

/** It was ended, and an owner's suspension of it stands: nothing is left of it but that it may not come back. */
export const isBarred = ({ state, stateReason }: WithState) =>
  state === 'revoked' && stateReason === 'while-suspended'

/** There is something for an owner to end: tokens, or the suspension that outlived them. */
export const isEndable = (installation: WithState) => isLive(installation) || isBarred(installation)
