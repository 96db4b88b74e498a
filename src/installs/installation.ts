export type InstallationState = 'active' | 'suspended' | 'revoked'

/** The reason why an installation is suspended or revoked. */
export type StateReason =
  | 'by-owner'
  | 'by-member'
  | 'by-operator'
  | 'by-partner'
  /** Its last authorization expired, or ended because a code or a refresh token was reused. */
  | 'authorization-ended'
  /** The installer was removed from the workspace. */
  | 'installer-left'
  /** An owner let go of a departed member's installation. */
  | 'let-go'
  /** An owner ended all installations that the policy would not allow. */
  | 'not-approved'
  /** The member or the partner ended it under an owner's suspension, which stays in force until an owner lifts it. */
  | 'while-suspended'
  /** Its developer deleted the connection. */
  | 'connection-deleted'

/** An installation that is locked for a change: until its end there are no other changes, and no tokens are issued. */
export type HeldInstallation = {
  id: string
  connectionId: string
  userId: string | null
  state: InstallationState
  stateReason: StateReason | null
  /** The installer is a member of the workspace; true for an internal connection, which has no installer. */
  installerIsMember: boolean
}

/** The installations of a workspace to change: one, one person's of a connection, or all of a connection. */
export type InstallationScope = { installationId: string } | { connectionId: string; userId: string | null }

/** Only active and suspended installations have tokens. */
export const isLive = (installation: { state: InstallationState }) =>
  installation.state === 'active' || installation.state === 'suspended'

type WithState = { state: InstallationState; stateReason: StateReason | null }

/** It has ended under an owner's suspension, which still keeps the member from installing it again. */
export const isBarred = ({ state, stateReason }: WithState) =>
  state === 'revoked' && stateReason === 'while-suspended'

/** An owner can end it: it has tokens, or a suspension that outlived them. */
export const isEndable = (installation: WithState) => isLive(installation) || isBarred(installation)
