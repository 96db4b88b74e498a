/** How long a member allows access. A part that has ended can be renewed for as many days again. */

/** null: until it is disconnected. */
export type AccessEnd = { days: number; at: Date } | null

/** The longest time that can be chosen; for longer there is "until I disconnect it". */
export const maxAccessDays = 1_825

const dayMs = 86_400_000

/** @param days whole days from 1 to maxAccessDays; null: no end. */
export function accessEndAfter(days: number | null, now: Date): AccessEnd {
  return days === null ? null : { days, at: new Date(now.getTime() + days * dayMs) }
}

/** The days until the end of a date (UTC), or null for one that is over, too far or none. @param date `YYYY-MM-DD` */
export function daysUntil(date: string, now: Date): number | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return null
  const end = Date.parse(`${date}T00:00:00Z`)
  if (Number.isNaN(end) || new Date(end).toISOString().slice(0, 10) !== date) return null
  const today = Date.parse(`${now.toISOString().slice(0, 10)}T00:00:00Z`)
  const days = (end - today) / dayMs
  return days >= 1 && days <= maxAccessDays ? days : null
}
