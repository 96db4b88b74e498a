/** The way through a list that is shown in windows: the address remembers which were passed, so that "Previous" leads back. */
import type { WebContext } from '../http/state.ts'

export type PassedCursors = {
  /** The cursor of this window, as in the address; null: the first window. */
  after: string | null
  /** The cursors of the windows before it; empty for the first. */
  passed: readonly string[]
}

export type Pagination = { earlier: string | null; later: string | null }

/** Behind so many windows the way back is shortened: an address stays under 2,000 characters. */
const passedLimit = 30

/** `after` is the parsed cursor. The others are only copied into addresses of the same list. */
export function readPassedCursors(query: WebContext['query'], after: string | null): PassedCursors {
  const { past } = query
  if (after === null || typeof past !== 'string') return { after, passed: [] }
  const passed = past.split('_').filter(one => /^[\w.-]{1,60}$/.test(one))
  return { after, passed: passed.slice(-passedLimit) }
}

/** `list` is the list's address with its filters; `next` the cursor of the next window, null at the end. */
export function paginate(list: string, { after, passed }: PassedCursors, next: string | null): Pagination {
  const to = (cursor: string | null, past: readonly string[]): string => {
    const [path, query] = list.split('?')
    const search = new URLSearchParams(query)
    if (cursor) search.set('after', cursor)
    if (past.length > 0) search.set('past', past.join('_'))
    return search.size > 0 ? `${path}?${search}` : path!
  }
  return {
    earlier: after ? to(passed.at(-1) ?? null, passed.slice(0, -1)) : null,
    later: next ? to(next, after ? [...passed, after].slice(-passedLimit) : []) : null,
  }
}
