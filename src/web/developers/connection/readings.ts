export type SecretShown = {
  id: string
  /** Its last four characters. */
  hint: string
  createdAt: Date
  /** Null for one made by the operator or by a deleted user. */
  createdBy: string | null
  lastUsedAt: Date | null
}

/** Active installations, and the number of workspaces that have them. */
export type InForce = { installations: number; workspaces: number }

export type ConnectionFacts = {
  workspace: { id: string; name: string } | null
  /** Null for one created by the operator or by a deleted user. */
  creator: string | null
  createdAt: Date
  updatedAt: Date
  logoHash: string | null
  /** The live ones, oldest first. */
  secrets: SecretShown[]
  inForce: InForce
}

export type OverviewReadings = {
  /** A connection's data beside its settings; null after its deletion. Access is checked by the gate. */
  facts(connectionId: string): Promise<ConnectionFacts | null>
}
