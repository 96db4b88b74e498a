import { pagesWords } from '../../kit/words.ts'
import type { Reach } from '../connections/readings.ts'

/** "3 pages", and in a second line the number with all pages below, if there are some. */
export function reachWords({ granted, reached, beyond }: Reach): { own: string; all: string | null } {
  if (granted === 0) return { own: 'No pages', all: null }
  const all = beyond ? `more than ${pagesWords(reached)}` : pagesWords(reached)
  return { own: pagesWords(granted), all: reached > granted || beyond ? `${all} with all below` : null }
}

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })
/** Days before the end from which the sentence asks for a renewal. */
const soonDays = 3

/** When the access ends or ended; null for one without an end. */
export function accessEndWords(endsAt: Date | null, now: Date): string | null {
  if (endsAt === null) return null
  if (endsAt <= now) return `Access ended on ${day.format(endsAt)}. It reaches no pages until it is renewed.`
  const isSoon = endsAt.getTime() - now.getTime() <= soonDays * 86_400_000
  return `Access ends on ${day.format(endsAt)}.${isSoon ? ' Renew it to keep it working.' : ''}`
}
