/** The answers of the partner API as an agent reads them: the facts of each page, and after a refusal the way out. */
import type { ApiRefusal } from '../refusals.ts'

type Answer = Record<string, unknown>

export function pagesOf(answer: object): Answer {
  const { object, results, next_cursor } = answer as Answer
  if (object !== 'list') return pageOf(answer as Answer)
  return { pages: (results as Answer[]).map(pageOf), next_cursor }
}

function pageOf(answer: Answer): Answer {
  const { id, url, icon, parent, created_time, last_edited_time, has_children } = answer
  const { page_id = null } = (answer.database_parent ?? parent ?? {}) as { page_id?: string | null }
  const { type, emoji } = (icon ?? {}) as { type?: string; emoji?: string }
  return {
    id,
    title: titleOf(answer),
    ...(url === undefined ? {} : { url }),
    ...(type === 'emoji' ? { icon: emoji } : {}),
    parent_id: page_id,
    ...(has_children === undefined ? {} : { has_children }),
    created_time,
    last_edited_time,
  }
}

type Text = { plain_text: string }[]

function titleOf({ title, properties, child_page, child_database }: Answer): string {
  const child = (child_page ?? child_database) as { title: string } | undefined
  if (child) return child.title
  const text = (title ?? (properties as { title: { title: Text } }).title.title) as Text
  return text.map(part => part.plain_text).join('')
}

/** The sentence of a refusal, and the step that helps. */
export function refusalWords({ message, additionalData, retryAfterSeconds }: ApiRefusal): string {
  const manage = additionalData?.manage_access_url
  if (typeof manage === 'string')
    return `${message} To change that, the member who connected this opens ${manage} and ticks the page.`
  if (retryAfterSeconds !== null && !/wait/.test(message))
    return `${message} Wait ${retryAfterSeconds} s before the next try.`
  return message
}
