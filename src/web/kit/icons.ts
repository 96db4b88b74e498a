/** The icons that screens use, read once from lucide-static and inlined, so that they take the text's colour. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const names = [
  'arrow-left',
  'arrow-right',
  'badge-check',
  'ban',
  'check',
  'chevron-down',
  'chevron-right',
  'chevrons-up-down',
  'circle-alert',
  'circle-check',
  'circle-help',
  'clock',
  'code',
  'copy',
  'ellipsis',
  'external-link',
  'file',
  'file-text',
  'folder',
  'grid-2x2',
  'history',
  'inbox',
  'info',
  'key-round',
  'layers',
  'list-checks',
  'lock',
  'log-out',
  'mail',
  'pause',
  'pencil',
  'play',
  'plug',
  'plus',
  'search',
  'settings',
  'sliders-horizontal',
  'store',
  'trash-2',
  'triangle-alert',
  'user',
  'users',
  'x',
] as const

export type IconName = (typeof names)[number]
export type Icons = Record<IconName, string>

const folder = path.dirname(createRequire(import.meta.url).resolve('lucide-static/icons/x.svg'))

const opening =
  '<svg class="icon" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" ' +
  'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'

function readIcon(name: IconName): string {
  const drawing = readFileSync(path.join(folder, `${name}.svg`), 'utf8')
  return (
    opening +
    drawing
      .slice(drawing.indexOf('>', drawing.indexOf('<svg')) + 1)
      .replace(/\s+/g, ' ')
      .trim()
  )
}

/** Every icon as an `<svg>` that is hidden from screen readers: the words beside it, or its button's name, speak. */
export function readIcons(): Icons {
  return Object.fromEntries(names.map(name => [name, readIcon(name)])) as Icons
}
