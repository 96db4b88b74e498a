/** The questions and changes that the partner API asks of storage. Every reading answers null when the token is not in force. */

import type { AdminScope } from '../installs/admin-credential.ts'
import type { Bearer, PresentedToken, ReachedPage } from '../installs/bearer.ts'
import type { WebhookEvent } from '../installs/webhook.ts'

/**
 * A connection that authenticates with its secret. `anyToken`: a resource server, which may ask about tokens of other connections,
 * of those that are for its `resources` where it has any.
 */
export type FindClient = (
  id: string,
  secretHash: Buffer,
) => Promise<{ anyToken: boolean; resources: string[] } | null>

/** A live credential of the host product. */
export type FindAdmin = (
  secretHash: Buffer,
) => Promise<{ id: string; name: string; scopes: AdminScope[] } | null>

/** The messages of webhooks, in their order. */
export type EventFeed = {
  /** Of one connection, or all (null). @returns null: there is no such message (any more). */
  after(
    connectionId: string | null,
    after: string | null,
    limit: number,
    now: Date,
  ): Promise<{ events: WebhookEvent[]; more: boolean } | null>
}

/** The directory of the host product, fed over HTTP. */
export type DirectoryFeed = FeedStore & {
  /**
   * Reads the whole stream, then changes everything in one transaction or nothing. The answer to a batch with a key is kept for a
   * day: the same body gets it again, another one is a `conflict`. `faults`: lines, counted from 1, with their reasons.
   */
  import<Answer extends object>(
    lines: AsyncIterable<Uint8Array>,
    batch: { keyHash: Buffer; bodyHash(): Buffer } | null,
    answerOf: (imported: DirectoryImported) => Answer,
  ): Promise<
    { kind: 'answer'; answer: Answer } | { kind: 'conflict' } | { kind: 'refused'; faults: LineFault[] }
  >
}
export type FeedStore = {
  /** The greatest `seq` so far; null: no line had one. */
  cursor(): Promise<{ seq: number; updatedAt: Date } | null>
}
export type LineFault = { line: number; reason: string }
export type DirectoryImported = {
  lines: number
  changed: { user: number; workspace: number; member: number; page: number }
  ownerless: { id: string; name: string }[]
  seq: number | null
}

/** `unknown-user`: at `redirectUri` a page tells the person. `over`: there is no such login, or its time is over. */
export type CompleteLogin = (
  loginId: string,
  user: { externalId: string; email: string | null; name: string | null },
) => Promise<{ kind: 'completed' | 'unknown-user'; redirectUri: string } | { kind: 'used' | 'over' }>

/** The bearer, and the page where the bearer reaches it. */
export type PageAnswer = { bearer: Bearer; page: ReachedPage | null } | null

export type AccessReadings = {
  bearer(token: PresentedToken, now: Date): Promise<Bearer | null>
  page(token: PresentedToken, id: string, now: Date): Promise<PageAnswer>
  /** Those of the pages that the bearer reaches, in one query for all. */
  pages(
    token: PresentedToken,
    ids: readonly string[],
    now: Date,
  ): Promise<{ bearer: Bearer; reached: string[] } | null>
}

/** What people reach, for the host product's own questions. A page is named with its workspace. */
export type PersonReadings = {
  /** By our id, or by that of the host product; a UUID is never taken for the latter. Null: unknown or disabled. */
  find(id: string): Promise<{ id: string; workspaceIds: string[] } | null>
  /** The ids of those of the pages that they reach. */
  reached(
    userId: string,
    pages: readonly (readonly [workspaceId: string, pageId: string])[],
  ): Promise<string[]>
  /** All that they reach, in order of workspace and id. */
  pages(
    userId: string,
    limit: number,
    after: [workspaceId: string, pageId: string] | null,
  ): Promise<[workspaceId: string, pageId: string][]>
}

export type SearchQuestion = {
  /** Part of a title, in any case; null: every page. */
  query: string | null
  type: 'page' | 'database' | null
  limit: number
}
export type Direction = 'ascending' | 'descending'

/** The position after which a listing continues; sealed into the cursors that partners send back. */
export type TreePosition = string[]
export type TimePosition = { at: string; id: string }
/** The title as siblings are sorted by it. */
export type ChildPosition = { title: string; id: string }

export type Listing<Position> = {
  bearer: Bearer
  pages: ReachedPage[]
  /** The position to continue from; null at the end. A part may be short, or empty, without being the last. */
  next: Position | null
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

export type Child = ReachedPage & { hasChildren: boolean }

/** `children` null: the parent is out of reach. */
export type ChildrenReading = (
  token: PresentedToken,
  parentId: string,
  limit: number,
  after: ChildPosition | null,
  now: Date,
) => Promise<{ bearer: Bearer; children: Child[] | null; next: ChildPosition | null } | null>

export type Person = { id: string; name: string; avatarUrl: string | null; email: string }

/** Guests and disabled users are never among them. */
export type UserReadings = {
  /** The bearer's workspace, and the member who installed it. */
  home(
    token: PresentedToken,
    now: Date,
  ): Promise<{ bearer: Bearer; workspaceName: string; owner: Person | null } | null>
  /** In order of id, after the id `after`. */
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

/** The bearer was read a moment ago; a change is made only if the right to it still exists when it is written. */
export type Asking = { token: PresentedToken; bearer: Bearer; now: Date }
/** `no-longer`: the right to it ended in between, and no row was changed. */
export type ChangeOutcome = { kind: 'done'; page: ReachedPage } | { kind: 'no-longer' } | { kind: 'too-deep' }

export type PageChanges = {
  /** A new title or icon; a member that is left out stays as it is. Needs `update_content`. */
  update(asking: Asking, id: string, change: { title?: string; icon?: string | null }): Promise<ChangeOutcome>
  /** Into the trash, with all below it: out of reach until people restore it. Needs `update_content`. */
  trash(asking: Asking, id: string): Promise<ChangeOutcome>
  /** A page below a reached one, through which the new one is reached. Needs `insert_content`. */
  create(
    asking: Asking,
    draft: { id: string; parentId: string; title: string; icon: string | null },
  ): Promise<ChangeOutcome>
}
