/** The title, icon and state of a page as partners write them. */
import { allowOnly, type Members, readBoolean, readObject, readText } from './input.ts'
import { invalid } from './refusals.ts'

const maxTitleLength = 2_000
const maxParts = 100

export type PageEdit = { title?: string; icon?: string | null; inTrash?: boolean }

/** The members of `PATCH /v1/pages/:id`. What equals how a page is anyway is accepted; what we do not keep is refused. */
export function readPageEdit(body: Members): PageEdit {
  const trashNames = ['in_trash', 'archived', 'is_archived']
  allowOnly('body', body, ['properties', 'icon', 'cover', 'is_locked', ...trashNames])
  refuseUnlessNull('body.cover', body.cover)
  if (body.is_locked !== undefined && readBoolean('body.is_locked', body.is_locked))
    throw invalid('body.is_locked should be false: pages are not locked through this API.')
  const wanted = trashNames
    .filter(name => body[name] !== undefined)
    .map(name => readBoolean(`body.${name}`, body[name]))
  if (new Set(wanted).size > 1) throw invalid('body.in_trash and body.archived should say the same.')
  return { ...readTitleAndIcon(body), ...(wanted.length > 0 && { inTrash: wanted[0]! }) }
}

export type PageDraft = { parentId: unknown; title: string; icon: string | null }

/** The members of `POST /v1/pages`. */
export function readPageDraft(body: Members): PageDraft {
  allowOnly('body', body, ['parent', 'properties', 'icon', 'cover', 'children'])
  refuseUnlessNull('body.cover', body.cover)
  if (body.children !== undefined && !(Array.isArray(body.children) && body.children.length === 0))
    throw invalid('body.children should be empty: the content of pages is not kept here.')
  const parent = readObject('body.parent', body.parent)
  const parentId = parent.page_id ?? parent.database_id ?? parent.data_source_id
  if (parentId === undefined)
    throw invalid('body.parent.page_id should be defined: a page is made below another.')
  const { title = '', icon = null } = readTitleAndIcon(body)
  return { parentId, title, icon }
}

function readTitleAndIcon(body: Members): { title?: string; icon?: string | null } {
  const title =
    body.properties === undefined ? undefined : readTitle(readObject('body.properties', body.properties))
  const icon = body.icon === undefined ? undefined : readIcon(body.icon)
  return { ...(title !== undefined && { title }), ...(icon !== undefined && { icon }) }
}

/** Pages have one property, the title, by whatever name: `{title: {title: […]}}`, `{Name: {title: […]}}`, `{title: […]}`. */
function readTitle(properties: Members): string | undefined {
  const names = Object.keys(properties)
  if (names.length === 0) return undefined
  const name = names[0]!.slice(0, 100)
  const value = properties[names[0]!]
  const parts = Array.isArray(value) ? value : readObject(`body.properties.${name}`, value).title
  if (names.length > 1 || !Array.isArray(parts))
    throw invalid('body.properties should hold the title alone: pages have no other property here.')
  if (parts.length > maxParts)
    throw invalid(`body.properties.${name}.title should have at most ${maxParts} parts.`)
  const text = parts.map((part, at) => readPart(`body.properties.${name}.title[${at}]`, part)).join('')
  return readText(`body.properties.${name}.title`, text, maxTitleLength)
}

/** The plain text of one part of a rich text. */
function readPart(name: string, value: unknown): string {
  const part = readObject(name, value)
  if (part.equation !== undefined) {
    const { expression } = readObject(`${name}.equation`, part.equation)
    return readText(`${name}.equation.expression`, expression, maxTitleLength)
  }
  if (part.text === undefined) throw invalid(`${name}.text should be defined.`)
  return readText(`${name}.text.content`, readObject(`${name}.text`, part.text).content, maxTitleLength)
}

function readIcon(value: unknown): string | null {
  if (value === null) return null
  const { emoji } = readObject('body.icon', value)
  if (typeof emoji !== 'string' || !isEmoji(emoji))
    throw invalid('body.icon should be null or {"type": "emoji", "emoji": "…"} with one emoji.')
  return emoji
}

/** One emoji, also where its variation selector was left out. */
function isEmoji(text: string): boolean {
  return /^\p{RGI_Emoji}$/v.test(text) || /^\p{RGI_Emoji}$/v.test(`${text}\ufe0f`)
}

function refuseUnlessNull(name: string, value: unknown): void {
  if (value !== undefined && value !== null) throw invalid(`${name} should be null: it is not kept here.`)
}
