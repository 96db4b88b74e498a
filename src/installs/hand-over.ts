export type HandOverState = 'offered' | 'accepted' | 'declined' | 'withdrawn'

/** What a departed member left behind, offered to another member, who must accept it. */
export type HandOver = {
  workspaceId: string
  id: string
  installationId: string
  /** Whoever left. */
  fromUserId: string
  toUserId: string
  offeredBy: string | null
  offeredAt: Date
  state: HandOverState
}
