/** One line of the directory: a JSON object that says all of a user, a workspace, a member or a page. */
import { readUuid } from '../../../installs/ids.ts'
import type { Plan, Role } from '../../../installs/workspace.ts'

export type UserLine = {
  kind: 'user'
  id: string
  email: string
  name: string
  avatarUrl: string | null
  /** Plain; undefined leaves the one that is kept. */
  password: string | undefined
  disabled: boolean
}
export type WorkspaceLine = { kind: 'workspace'; id: string; name: string; icon: string | null; plan: Plan }
export type MemberLine = {
  kind: 'member'
  workspaceId: string
  userId: string
  /** null: the member is removed. */
  role: Role | null
}
export type PageLine = {
  kind: 'page'
  workspaceId: string
  id: string
  parentId: string | null
  title: string
  icon: string | null
  type: 'page' | 'database'
  archived: boolean
  /** null: open, or inherited from above. */
  viewers: string[] | null
}
export type DirectoryLine = UserLine | WorkspaceLine | MemberLine | PageLine

/** Why a line is refused, as a sentence that names the member. */
export class LineError extends Error {}

const maxTitleLength = 2_000
const maxTextLength = 500
const maxAddressLength = 2_000

/**
 * Reads one line. What a line leaves out takes its default, except a password.
 * @throws LineError
 */
export function readLine(text: string): DirectoryLine {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LineError('it is no JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LineError('it is no JSON object')
  const fields = new Fields(value as Record<string, unknown>)
  switch (fields.text('kind', 20)) {
    case 'page':
      return readPage(fields)
    case 'member':
      return readMember(fields)
    case 'user':
      return readUser(fields)
    case 'workspace':
      return readWorkspace(fields)
    default:
      throw new LineError(`the kind ${fields.shown('kind')} is unknown (user, workspace, member or page)`)
  }
}

const userMembers = new Set(['kind', 'id', 'email', 'name', 'avatar_url', 'password', 'disabled'])
const workspaceMembers = new Set(['kind', 'id', 'name', 'icon', 'plan'])
const memberMembers = new Set(['kind', 'workspace_id', 'user_id', 'role', 'removed'])
const pageMembers = new Set([
  'kind',
  'id',
  'workspace_id',
  'parent_id',
  'title',
  'icon',
  'private_to',
  'archived',
  'type',
])

function readUser(fields: Fields): UserLine {
  fields.only(userMembers)
  const email = fields.text('email', 320)
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new LineError(`email is no address: ${fields.shown('email')}`)
  return {
    kind: 'user',
    id: fields.id('id'),
    email,
    name: fields.text('name', maxTextLength),
    avatarUrl: fields.webAddress('avatar_url'),
    password: fields.optionalText('password', 1_000) ?? undefined,
    disabled: fields.flag('disabled'),
  }
}

function readWorkspace(fields: Fields): WorkspaceLine {
  fields.only(workspaceMembers)
  return {
    kind: 'workspace',
    id: fields.id('id'),
    name: fields.text('name', maxTextLength),
    icon: fields.optionalText('icon', maxTextLength),
    plan: fields.oneOf('plan', ['free', 'plus', 'business', 'enterprise']),
  }
}

function readMember(fields: Fields): MemberLine {
  fields.only(memberMembers)
  const removed = fields.flag('removed')
  return {
    kind: 'member',
    workspaceId: fields.id('workspace_id'),
    userId: fields.id('user_id'),
    role: removed && !fields.has('role') ? null : readRole(fields, removed),
  }
}

function readRole(fields: Fields, removed: boolean): Role | null {
  const role = fields.oneOf('role', ['owner', 'member', 'guest'])
  return removed ? null : role
}

function readPage(fields: Fields): PageLine {
  fields.only(pageMembers)
  const id = fields.id('id')
  const parentId = fields.optionalId('parent_id')
  if (parentId === id) throw new LineError('the page is its own parent')
  const viewers = fields.ids('private_to')
  if (viewers && parentId)
    throw new LineError('private_to stands on a page below another; only a root has it')
  return {
    kind: 'page',
    workspaceId: fields.id('workspace_id'),
    id,
    parentId,
    title: fields.text('title', maxTitleLength, 0),
    icon: fields.optionalText('icon', maxAddressLength),
    type: fields.has('type') ? fields.oneOf('type', ['page', 'database']) : 'page',
    archived: fields.flag('archived'),
    viewers,
  }
}

/** The members of one line, each read as what it must be. */
class Fields {
  readonly #members: Record<string, unknown>
  constructor(members: Record<string, unknown>) {
    this.#members = members
  }

  only(known: ReadonlySet<string>): void {
    for (const name of Object.keys(this.#members))
      if (!known.has(name))
        throw new LineError(`the JSON member ${JSON.stringify(name.slice(0, 60))} is unknown`)
  }
  has(name: string): boolean {
    return Object.hasOwn(this.#members, name) && this.#members[name] !== null
  }
  shown(name: string): string {
    return shownValue(this.#members[name])
  }

  text(name: string, longest: number, shortest = 1): string {
    const value = this.has(name) ? this.#members[name] : undefined
    if (value === undefined) throw new LineError(`${name} is missing`)
    if (typeof value !== 'string') throw new LineError(`${name} is no text: ${this.shown(name)}`)
    if (value.includes('\0')) throw new LineError(`${name} has a NUL character`)
    if (!value.isWellFormed()) throw new LineError(`${name} has half of a surrogate pair`)
    if (value.length < shortest) throw new LineError(`${name} is empty`)
    // A character may take two units; they are counted only where it matters.
    if (value.length > longest && [...value].length > longest)
      throw new LineError(`${name} is longer than ${longest.toLocaleString('en')} characters`)
    return value
  }
  optionalText(name: string, longest: number): string | null {
    return this.has(name) ? this.text(name, longest) : null
  }
  /** An address that a browser may load or open: never one that it would run. */
  webAddress(name: string): string | null {
    const value = this.optionalText(name, maxAddressLength)
    if (value === null) return null
    if (!/^https?:\/\//i.test(value) || !URL.canParse(value))
      throw new LineError(`${name} is no web address: ${this.shown(name)}`)
    return value
  }

  id(name: string): string {
    const id = readUuid(this.#members[name])
    if (id === null || id === greatestId)
      throw new LineError(this.has(name) ? `${name} is no UUID: ${this.shown(name)}` : `${name} is missing`)
    return id
  }
  optionalId(name: string): string | null {
    return this.has(name) ? this.id(name) : null
  }
  ids(name: string): string[] | null {
    if (!this.has(name)) return null
    const list = this.#members[name]
    if (!Array.isArray(list)) throw new LineError(`${name} is no list of user ids: ${this.shown(name)}`)
    return list.map(one => {
      const id = readUuid(one)
      if (id === null) throw new LineError(`${name} has what is no UUID: ${shownValue(one)}`)
      return id
    })
  }

  flag(name: string): boolean {
    const value = this.#members[name] ?? false
    if (typeof value !== 'boolean')
      throw new LineError(`${name} is neither true nor false: ${this.shown(name)}`)
    return value
  }
  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name, 60)
    const found = values.find(one => one === value)
    if (found === undefined)
      throw new LineError(`the ${name} ${this.shown(name)} is unknown (${values.join(', ')})`)
    return found
  }
}

/** A value for a message, shortened. Nested ones are named only: they may be nested deeper than can be printed. */
function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Refused, because it ends the range of the pages below one (see pages_id_not_greatest). */
const greatestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
