import path from 'node:path'
import ejs from 'ejs'

/** Prints a view (`sign-in/sign-in`) with its model as the one object `page`. */
export type Print = (view: string, page: object) => string

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

/** Marks that turn the direction of all that follows: titles and names are people's own, the sentences around them ours. */
const turns = /[\u202a-\u202e\u2066-\u2069]/g

/** A name that the model lacks is a fault of ours, not an empty place on the screen. */
function escapeText(value: unknown): string {
  if (value === undefined || value === null) throw new Error('a view prints something that its model lacks')
  return String(value)
    .replace(turns, '')
    .replace(/[&<>"']/g, character => entities[character]!)
}

/**
 * Views are compiled once and kept. Includes are named from the folder (`/partials/field`) and take their model under one
 * name: `include('/partials/field', { field: page.email })`.
 */
export function openViews(folder: string): Print {
  const options = {
    root: folder,
    strict: true,
    localsName: 'page',
    async: false,
    cache: true,
    // Keeps the model as it is, without a copy of each of its names per print.
    unsafePrototypeLocals: true,
    escape: escapeText,
  }
  const printers = new Map<string, (page: object) => string>()
  return (view, page) => {
    let print = printers.get(view)
    if (!print) {
      const filename = path.join(folder, `${view}.ejs`)
      print = ejs.compile(ejs.fileLoader(filename).toString(), { ...options, filename }) as (
        page: object,
      ) => string
      printers.set(view, print)
    }
    return print(page)
  }
}
