/**
 * The user's choices so far, kept between the steps of one flow: the workspace, and for each workspace its ticks and open
 * nodes. Going back and switching lose none of them, and a page of one workspace never ends up in another.
 */

import type { Capability } from '../../installs/capability.ts'

export type Picks = {
  /** Null until the first change: the pages that the connection can reach now. */
  ticked: string[] | null
  sharedAfter: string | null
  privateAfter: string | null
  open: { id: string; after: string | null }[]
  search: { words: string; offset: number } | null
}

export type Draft = {
  /** Null until one is chosen. */
  workspaceId: string | null
  picks: Record<string, Picks>
  /** The optional access levels that were left out, by workspace; absent: not decided there yet. */
  declined: Record<string, Capability[]>
  /** When the access ends, as chosen in step one. */
  end: ChosenEnd
}

/** `date`: `YYYY-MM-DD`, and only for the choice of a date. */
export type ChosenEnd = { after: 'never' | '7' | '30' | 'date'; date: string }

export const noEnd: ChosenEnd = { after: 'never', date: '' }

/** The stored form: the ticks, by workspace, are kept apart from the rest. */
type Kept = Omit<Draft, 'picks'> & { picks: Record<string, Omit<Picks, 'ticked'>> }
type Ticks = Record<string, string[]>

/** How a flow of this user ended, for when they come back to its screens. */
export type Answered = {
  answer: 'allowed' | 'cancelled'
  connectionId: string
  /** Null for an answer before a workspace was chosen. */
  workspaceId: string | null
  /** The choice that *Allow access* sent; null for a cancelled request. */
  press: string | null
}

/** The connection of a flow and what it asks of the sign-in. */
export type Introduction = {
  connectionId: string
  loginHint: string | null
  mustSignIn: boolean
  maxAge: number | null
}
type RequestToIntroduce = {
  uid: string
  expiresAt: Date
  connectionId: string
  loginHint: string | null
  mustSignIn: boolean
  parameters: Readonly<Record<string, string>>
}

type Store = {
  read(key: string): Promise<string | null>
  write(key: string, value: string, seconds: number): Promise<void>
  remove(...keys: string[]): Promise<void>
}

/** Open nodes that are kept; the one opened longest ago closes first. */
const openLimit = 40
/** How long the answer is remembered: long enough for a second tab and the Back button. */
const answerSeconds = 3600

export type Drafts = ReturnType<typeof drafts>

export function drafts(store: Store, now: () => Date) {
  const keyOf = (flow: { uid: string }, userId: string) => `install-draft:${flow.uid}:${userId}`
  const ticksKeyOf = (flow: { uid: string }, userId: string) => `install-ticks:${flow.uid}:${userId}`
  const secondsUntil = (end: Date) => (end.getTime() - now().getTime()) / 1000
  const answerKey = (uid: string) => `install-answer:${uid}`

  const introductionKey = (uid: string) => `install-introduction:${uid}`

  return {
    /** For the sign-in, whose path does not receive the flow's cookie. */
    async introduce(request: RequestToIntroduce): Promise<void> {
      const { connectionId, loginHint, mustSignIn, parameters } = request
      const maxAge = /^\d{1,9}$/.test(parameters.max_age ?? '') ? Number(parameters.max_age) : null
      const introduction: Introduction = { connectionId, loginHint, mustSignIn, maxAge }
      const seconds = secondsUntil(request.expiresAt)
      if (seconds > 0) await store.write(introductionKey(request.uid), JSON.stringify(introduction), seconds)
    },
    async introduction(uid: string): Promise<Introduction | null> {
      const kept = await store.read(introductionKey(uid))
      return kept ? (JSON.parse(kept) as Introduction) : null
    },

    async read(flow: { uid: string }, userId: string): Promise<Draft> {
      const [kept, ticks] = await Promise.all([
        store.read(keyOf(flow, userId)),
        store.read(ticksKeyOf(flow, userId)),
      ])
      const draft: Kept = {
        workspaceId: null,
        picks: {},
        declined: {},
        end: noEnd,
        ...(kept ? JSON.parse(kept) : {}),
      }
      const ticked = ticks ? (JSON.parse(ticks) as Ticks) : {}
      const picks = Object.entries({ ...ticked, ...draft.picks }).map(([id]) => [
        id,
        { ...untouched, ...draft.picks[id], ticked: ticked[id] ?? null },
      ])
      return { ...draft, picks: Object.fromEntries(picks) }
    },

    /** Kept for as long as the request waits. */
    async write(flow: { uid: string; expiresAt: Date }, userId: string, draft: Draft): Promise<void> {
      const seconds = secondsUntil(flow.expiresAt)
      if (seconds <= 0) return
      const picks = Object.entries(draft.picks).map(([id, { ticked: _, ...rest }]) => [id, rest])
      const kept: Kept = { ...draft, picks: Object.fromEntries(picks) }
      await Promise.all([
        store.write(keyOf(flow, userId), JSON.stringify(kept), seconds),
        this.writeTicks(flow, userId, draft),
      ])
    },

    /** The ticks alone: a tick that arrives late must not overwrite the other changes of a later press. */
    async writeTicks(flow: { uid: string; expiresAt: Date }, userId: string, draft: Draft): Promise<void> {
      const seconds = secondsUntil(flow.expiresAt)
      const ticks: Ticks = Object.fromEntries(
        Object.entries(draft.picks).flatMap(([id, { ticked }]) => (ticked ? [[id, ticked]] : [])),
      )
      if (seconds > 0) await store.write(ticksKeyOf(flow, userId), JSON.stringify(ticks), seconds)
    },

    /** `userId` is null before the sign-in. */
    async answered(uid: string, userId: string | null, answered: Answered): Promise<void> {
      await store.write(answerKey(uid), JSON.stringify({ ...answered, userId }), answerSeconds)
      if (userId) await store.remove(keyOf({ uid }, userId), ticksKeyOf({ uid }, userId))
    },

    /** Only for the user who gave it. */
    async answerOf(uid: string, userId: string | null): Promise<Answered | null> {
      const kept = await store.read(answerKey(uid))
      if (!kept) return null
      const { userId: whose, ...answered } = JSON.parse(kept) as Answered & { userId: string | null }
      return whose === userId ? answered : null
    },
  }
}

const untouched: Picks = { ticked: null, sharedAfter: null, privateAfter: null, open: [], search: null }

export function picksOf(draft: Draft, workspaceId: string): Picks {
  return draft.picks[workspaceId] ?? untouched
}

export function withPicks(draft: Draft, workspaceId: string, change: Partial<Picks>): Draft {
  const picks = { ...picksOf(draft, workspaceId), ...change }
  return { ...draft, picks: { ...draft.picks, [workspaceId]: picks } }
}

/** `after`: where its list of children begins; null: at the beginning. */
export function opened(picks: Picks, id: string, after: string | null): Picks['open'] {
  return [...picks.open.filter(node => node.id !== id), { id, after }].slice(-openLimit)
}

export function closed(picks: Picks, id: string): Picks['open'] {
  return picks.open.filter(node => node.id !== id)
}
