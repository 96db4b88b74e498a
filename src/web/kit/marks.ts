/** The small square before a name: an emoji, a logo, or the first letter on a quiet tint. */
export type Mark = {
  /** An emoji or one letter, shown where there is no image. Hidden from screen readers, which read the name beside it. */
  text: string
  src: string | null
  shape: 'square' | 'round'
  /** One of six tints, always the same for the same id. */
  tint: number
}

const segments = new Intl.Segmenter('en', { granularity: 'grapheme' })

function firstLetter(name: string): string {
  const letter = [...segments.segment(name.trim())].find(({ segment }) =>
    /[\p{L}\p{N}\p{Emoji}]/u.test(segment),
  )
  return letter?.segment.toLocaleUpperCase('en') ?? '·'
}

function tintOf(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + character.codePointAt(0)!) >>> 0
  return sum % 6
}

/** The longest emoji have some thirty units; letters under a heap of accents have any number. */
const maxIconLength = 40

/** A printable icon: one grapheme. null for anything else, such as an address or a word. */
export function shownIcon(text: string | null): string | null {
  const icon = text?.trim() ?? ''
  if (icon === '' || icon.length > maxIconLength) return null
  return [...segments.segment(icon)].length === 1 ? icon : null
}

/** Without an icon that can be shown it is the first letter. */
export function workspaceMark(workspace: { id: string; name: string; icon: string | null }): Mark {
  return {
    text: shownIcon(workspace.icon) ?? firstLetter(workspace.name),
    src: null,
    shape: 'square',
    tint: tintOf(workspace.id),
  }
}

export function connectionMark(connection: { id: string; name: string; logo: string | null }): Mark {
  return {
    text: firstLetter(connection.name),
    src: connection.logo,
    shape: 'square',
    tint: tintOf(connection.id),
  }
}

/** Pictures of people are on other hosts, which the content policy blocks, so their initial is shown instead. */
export function personMark(person: { id: string; name: string }): Mark {
  return { text: firstLetter(person.name), src: null, shape: 'round', tint: tintOf(person.id) }
}
