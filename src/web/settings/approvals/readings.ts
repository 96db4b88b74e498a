import type { KeptPolicy } from '../../../installs/actions/set-policy.ts'

export type Person = { id: string; name: string }

export type ListedConnection = {
  id: string
  name: string
  logoHash: string | null
  firstParty: boolean
  verified: boolean
  disabled: boolean
}

/** `count`: how many people have it installed; `people`: the first of them by name. */
export type Candidate = ListedConnection & { count: number; people: Person[] }
/** `approvedBy` null: someone who is gone, or the operator. */
export type Approved = Candidate & { approvedAt: Date; approvedBy: string | null }

export type ApprovedPerson = Person & {
  email: string
  state: 'active' | 'suspended'
  addedAt: Date
  isMember: boolean
}
export type ApprovedPeople = {
  connection: ListedConnection
  /** How many have it installed, without the filter. */
  count: number
  people: ApprovedPerson[]
  more: boolean
}

/** `connections`: how many of its documents were used here. `approvedBy` null: someone who is gone. */
export type ApprovedPublisher = {
  host: string
  connections: number
  approvedAt: Date
  approvedBy: string | null
}

/** Each is one query. Windows are sorted by name and begin after the id `after`. */
export type ApprovedReadings = {
  /** null when there is no such workspace. */
  list(question: {
    workspaceId: string
    after: string | null
  }): Promise<{ rules: KeptPolicy; rows: Approved[]; more: boolean } | null>
  /** By host. */
  publishers(workspaceId: string): Promise<ApprovedPublisher[]>
  /** Public connections that are installed and not on the list; empty `words` match all. */
  candidates(question: {
    workspaceId: string
    words: string
    after: string | null
  }): Promise<{ rows: Candidate[]; more: boolean }>
  /** null when the connection is not on the list. */
  people(question: {
    workspaceId: string
    connectionId: string
    words: string
    after: string | null
  }): Promise<ApprovedPeople | null>
  /** null: this person does not have it installed there. */
  person(workspaceId: string, connectionId: string, userId: string): Promise<Person | null>
}
