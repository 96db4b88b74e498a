/** How long a member allows access. A part that has ended can be renewed for as many days again. */
import { policyInEffect } from './policy.ts'
import type { Plan, Policy, Role } from './workspace.ts'

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

const limits: Record<Policy['longestAccess'], number | null> = {
  'no-limit': null,
  '7-days': 7,
  '30-days': 30,
  '90-days': 90,
  '1-year': 365,
}

/** The most days for which this person may allow access; null: no limit. Owners are exempt from their policy. */
export function mostAccessDays({
  role,
  plan,
  policy,
}: {
  role: Role | null
  plan: Plan
  policy: Policy
}): number | null {
  return role === 'owner' ? null : limits[policyInEffect(plan, policy).longestAccess]
}

/** The days that are asked for, within the limit. */
export function withinLimit(days: number | null, most: number | null): number | null {
  return most === null ? days : Math.min(days ?? most, most)
}
