/** A moment as people read it: relative up to a week, a date beyond; the exact time beside it (partials/moment). */
export type Moment = {
  words: string
  /** On hover and to screen readers. */
  exact: string
  /** For machines (ISO 8601). */
  iso: string
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const day = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeZone: 'UTC' })
const exact = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })

const minute = 60_000
const hour = 60 * minute
const oneDay = 24 * hour

export function momentOf(at: Date, now: Date): Moment {
  return { words: wordsOf(at, now), exact: `${exact.format(at)} UTC`, iso: at.toISOString() }
}

/** The time of day to the second, where several moments follow one another within a minute: "14:03:09 UTC". */
export const clockOf = (at: Date): string => `${at.toISOString().slice(11, 19)} UTC`

/** A clock that runs a little ahead of ours is no reason to say "in 2 seconds". */
function wordsOf(at: Date, now: Date): string {
  const ago = Math.max(0, now.getTime() - at.getTime())
  if (ago < minute) return 'just now'
  if (ago < hour) return relative.format(-Math.floor(ago / minute), 'minute')
  if (ago < oneDay) return relative.format(-Math.floor(ago / hour), 'hour')
  if (ago < 7 * oneDay) return relative.format(-Math.floor(ago / oneDay), 'day')
  return day.format(at)
}
