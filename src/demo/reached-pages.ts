/** The pages in an answer of the search, for the partner's own page. Any answer is accepted; it never throws. */

export type ReachedPage = { id: string; title: string; icon: string | null }

type Text = { plain_text?: string }[]
type Result = {
  id?: string
  icon?: { emoji?: string } | null
  /** Of databases and data sources, whose `properties` describe columns. */
  title?: Text
  properties?: { title?: { title?: Text } }
}

/** Null for an answer without a list, such as a refusal. */
export function reachedPages(answer: unknown): ReachedPage[] | null {
  const results = (answer as { results?: unknown } | null)?.results
  if (!Array.isArray(results)) return null
  return results
    .filter((one): one is Result => typeof one === 'object' && one !== null)
    .map(({ id, icon, title, properties }) => ({
      id: id ?? '',
      icon: icon?.emoji ?? null,
      title: plain(title ?? properties?.title?.title) || 'Untitled',
    }))
}

const plain = (text: unknown): string =>
  Array.isArray(text) ? text.map(part => part?.plain_text ?? '').join('') : ''
