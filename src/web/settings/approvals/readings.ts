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

/** How many have it installed, and the first of them by name. */
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
  /** How many have it installed, whatever is looked for. */
  count: number
  people: ApprovedPerson[]
  more: boolean
}

/** Each is one query; windows go by name, and begin behind the id `after`. */
export type ApprovedReadings = {
  /** null when there is no such workspace. */
  list(question: {
    workspaceId: string
    after: string | null
  }): Promise<{ rules: KeptPolicy; rows: Approved[]; more: boolean } | null>
  /** What is installed and not on the list; `words` '' looks for nothing. */
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
  /** Someone who has it installed there; null: he has not. */
  person(workspaceId: string, connectionId: string, userId: string): Promise<Person | null>
}
