export type SecretShown = {
  id: string
  /** Its last four characters. */
  hint: string
  createdAt: Date
  /** null: the operator made it, or someone who is gone. */
  createdBy: string | null
  lastUsedAt: Date | null
}

/** Installations in force, and the number of workspaces that have them. */
export type InForce = { installations: number; workspaces: number }

export type ConnectionFacts = {
  workspace: { id: string; name: string } | null
  /** Its creator's name; null: the operator, or someone who is gone. */
  creator: string | null
  createdAt: Date
  updatedAt: Date
  logoHash: string | null
  /** The live ones, oldest first. */
  secrets: SecretShown[]
  inForce: InForce
}

export type OverviewReadings = {
  /** What a connection's screens show beside its settings; null: it was deleted. Access is checked by the gate. */
  facts(connectionId: string): Promise<ConnectionFacts | null>
}
