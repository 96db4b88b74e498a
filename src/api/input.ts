/** What partners send, read narrowly: anything else is refused with a sentence that names the member. */
import { readUuid } from '../installs/ids.ts'
import { invalid } from './refusals.ts'

export type Members = Readonly<Record<string, unknown>>

/** @throws ApiRefusal `validation_error` for every reader below. */
export function readId(name: string, value: unknown): string {
  const id = readUuid(value)
  if (id === null) throw invalid(`${name} should be a valid uuid, instead was ${shown(value)}.`)
  return id
}

/** Text without NUL, which PostgreSQL does not keep, and without halves of characters. */
export function readText(name: string, value: unknown, longest: number): string {
  if (typeof value !== 'string') throw invalid(`${name} should be a string, instead was ${shown(value)}.`)
  if (value.includes('\0') || !value.isWellFormed())
    throw invalid(`${name} should be valid Unicode without NUL.`)
  // Counted as people and the database count them.
  if (value.length > longest && [...value].length > longest)
    throw invalid(`${name} should be at most ${longest} characters.`)
  return value
}

export function readObject(name: string, value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${name} should be an object, instead was ${shown(value)}.`)
  return value as Members
}

export function readBoolean(name: string, value: unknown): boolean {
  if (typeof value !== 'boolean')
    throw invalid(`${name} should be true or false, instead was ${shown(value)}.`)
  return value
}

export function readOneOf<const T extends string>(name: string, value: unknown, allowed: readonly T[]): T {
  const found = allowed.find(one => one === value)
  if (found === undefined)
    throw invalid(
      `${name} should be ${allowed.map(one => `"${one}"`).join(' or ')}, instead was ${shown(value)}.`,
    )
  return found
}

/** Refuses members that would be passed over silently. */
export function allowOnly(name: string, members: Members, allowed: readonly string[]): void {
  const stranger = Object.keys(members).find(member => !allowed.includes(member))
  if (stranger !== undefined) throw invalid(`${name}.${stranger.slice(0, 100)} is not supported here.`)
}

export type Part = { limit: number; cursor: string | null }

const largestPart = 100

/** `page_size` (1 to 100, default 100) and `start_cursor`, out of a query string or a body. */
export function readPart(members: Members): Part {
  return {
    limit: members.page_size == null ? largestPart : readPageSize(members.page_size),
    cursor: members.start_cursor == null ? null : readText('start_cursor', members.start_cursor, 8_192),
  }
}

function readPageSize(value: unknown): number {
  const size = typeof value === 'string' && /^\d{1,10}$/.test(value) ? Number(value) : value
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > largestPart)
    throw invalid(`page_size should be a whole number from 1 to ${largestPart}, instead was ${shown(value)}.`)
  return size
}

/** What was sent, short enough to be repeated. */
function shown(value: unknown): string {
  if (value === undefined) return 'missing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = JSON.stringify(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
