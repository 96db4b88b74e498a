/** How long the access of a consent lasts, as step one asks for it. */
import { accessEndAfter, daysUntil, maxAccessDays } from '../../installs/access-end.ts'
import { type Choices, type Field, field } from '../kit/field.ts'
import { type ChosenEnd, type Draft, noEnd } from '../picker/draft.ts'

const choices: readonly (readonly [ChosenEnd['after'], string])[] = [
  ['never', 'When I disconnect it'],
  ['7', 'In 7 days'],
  ['30', 'In 30 days'],
  ['date', 'On a date'],
]

export type AccessEnds = { choices: Choices; date: Field & { min: string; max: string } }

const dayOf = (moment: Date) => moment.toISOString().slice(0, 10)

/**
 * The choice within the policy's limit: a longer one becomes the longest. Step one starts from it, and it is what is allowed.
 * @param most days; null: no limit.
 */
export function endWithin(end: ChosenEnd, most: number | null, now: Date): ChosenEnd {
  const days = daysOf(end, now)
  if (most === null || (typeof days === 'number' && days <= most) || days === 'bad') return end
  if (most === 7 || most === 30) return { ...noEnd, after: `${most}` }
  return { after: 'date', date: dayOf(accessEndAfter(most, now)!.at) }
}

export function accessEnds(draft: Draft, most: number | null, now: Date, problem: string | null): AccessEnds {
  const end = endWithin(draft.end, most, now)
  const offered = choices.filter(
    ([after]) => most === null || after === 'date' || (after !== 'never' && Number(after) <= most),
  )
  const limit = most === null ? '' : ` Your workspace allows ${most} days at most.`
  const date = field('ends_on', 'Date', { value: end.date, error: problem })
  return {
    choices: {
      ...{ name: 'access_ends', legend: 'Access ends', type: 'radio', error: null },
      hint: `Its tokens stop working then. You can renew it before and after.${limit}`,
      options: offered.map(([value, label]) => ({
        ...{ value, label, hint: null, checked: value === end.after },
      })),
    },
    date: {
      ...date,
      min: dayOf(accessEndAfter(1, now)!.at),
      max: dayOf(accessEndAfter(most ?? maxAccessDays, now)!.at),
    },
  }
}

/** The choice of the form; a form without one, such as that of an older page, asks for no end. Null: it names no choice of ours. */
export function readEnd(form: URLSearchParams): ChosenEnd | null {
  const after = form.get('access_ends') ?? 'never'
  if (!choices.some(([value]) => value === after)) return null
  const date = form.get('ends_on') ?? ''
  return {
    ...noEnd,
    after: after as ChosenEnd['after'],
    ...(after === 'date' && { date: date.slice(0, 10) }),
  }
}

/** The days that are asked for: null for no end, `'bad'` for a date that cannot be chosen. */
export function daysOf({ after, date }: ChosenEnd, now: Date): number | null | 'bad' {
  if (after === 'never') return null
  return after === 'date' ? (daysUntil(date, now) ?? 'bad') : Number(after)
}

export const badDate = `Choose a date from tomorrow on, at most ${maxAccessDays / 365} years from now.`

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' })

/** For beside the button that allows access. */
export function endWords(end: ChosenEnd, now: Date): string {
  const days = daysOf(end, now)
  if (days === null || days === 'bad') return 'Access ends when you disconnect it.'
  return `Access ends on ${day.format(accessEndAfter(days, now)!.at)}. You can renew it.`
}
