/** What this wing asks of those who assemble it. Every reading answers null when the token is not in force. */
import type { Bearer, PresentedToken, ReachedPage } from '../installs/bearer.ts'
import type { ForceOutcome } from '../installs/forced-outcome.ts'
import type { FaultNeeds } from './answer-fault.ts'

export type Direction = 'ascending' | 'descending'
export type SearchQuestion = { query: string | null; type: 'page' | 'database' | null; limit: number }
/** Where a listing goes on; sealed into the cursors that partners hand back. */
export type TreePosition = string[]
export type TimePosition = { at: string; id: string }
export type ChildPosition = { title: string; id: string }

export type Listing<Place> = { bearer: Bearer; pages: ReachedPage[]; next: Place | null }
export type Child = ReachedPage & { hasChildren: boolean }
export type Person = { id: string; name: string; avatarUrl: string | null; email: string }

export type AccessReadings = {
  bearer(token: PresentedToken, now: Date): Promise<Bearer | null>
  page(
    token: PresentedToken,
    id: string,
    now: Date,
  ): Promise<{ bearer: Bearer; page: ReachedPage | null } | null>
}

export type SearchReadings = {
  inTree(
    token: PresentedToken,
    question: SearchQuestion,
    after: TreePosition | null,
    now: Date,
  ): Promise<Listing<TreePosition> | null>
  byTime(
    token: PresentedToken,
    question: SearchQuestion,
    direction: Direction,
    after: TimePosition | null,
    now: Date,
  ): Promise<Listing<TimePosition> | null>
}

/** Children null: the parent is not reached. */
export type ChildrenReading = (
  token: PresentedToken,
  parentId: string,
  limit: number,
  after: ChildPosition | null,
  now: Date,
) => Promise<{ bearer: Bearer; children: Child[] | null; next: ChildPosition | null } | null>

export type UserReadings = {
  home(
    token: PresentedToken,
    now: Date,
  ): Promise<{ bearer: Bearer; workspaceName: string; owner: Person | null } | null>
  people(
    token: PresentedToken,
    limit: number,
    after: string | null,
    now: Date,
  ): Promise<{ bearer: Bearer; people: Person[]; more: boolean } | null>
  person(
    token: PresentedToken,
    id: string,
    now: Date,
  ): Promise<{ bearer: Bearer; person: Person | null } | null>
}

export type FlowHeader = { token: PresentedToken; bearer: Bearer; now: Date }
/** `no-longer`: the right to it ended while it was asked; nothing was changed. */
export type ChangeOutcome = { kind: 'done'; page: ReachedPage } | { kind: 'no-longer' } | { kind: 'too-deep' }

export type PageChanges = {
  update(
    asking: FlowHeader,
    id: string,
    change: { title?: string; icon?: string | null },
  ): Promise<ChangeOutcome>
  trash(asking: FlowHeader, id: string): Promise<ChangeOutcome>
  create(
    asking: FlowHeader,
    draft: { id: string; parentId: string; title: string; icon: string | null },
  ): Promise<ChangeOutcome>
}

export type Allowance = { allowed: true } | { allowed: false; retryAfterSeconds: number }
export type Limits = (rule: { name: string; points: number; seconds: number }) => {
  take(key: string, points?: number): Promise<Allowance>
}

export type ApiNeeds = FaultNeeds & {
  /** `read`: no page is changed; `off`: none of these addresses exists. */
  partnerApi: 'full' | 'read' | 'off'
  /** The first seals cursors, all open them. */
  secretKeys: readonly Buffer[]
  access: AccessReadings
  search: SearchReadings
  children: ChildrenReading
  users: UserReadings
  changes: PageChanges
  limits: Limits
  forceOutcome: ForceOutcome
  /** Calls that one token may make in a minute; 1,200 unless told. */
  callsPerMinute?: number
  /** Notes that a bearer was let in. Must not wait for a store. */
  noteUse(bearer: Bearer, now: Date): void
  now(): Date
  newId(): string
}
