export type HandOverState = 'offered' | 'accepted' | 'declined' | 'withdrawn'

/** A departed member's installation, offered to another member, who must accept it. */
export type HandOver = {
  workspaceId: string
  id: string
  installationId: string
  /** The installer, who left. */
  fromUserId: string
  toUserId: string
  offeredBy: string | null
  offeredAt: Date
  state: HandOverState
}
