/** The members of a line of the directory. */
import { maxExternalIdLength } from '../../../installs/external-id.ts'
import { readUuid } from '../../../installs/ids.ts'

/** Why a line is refused, as a sentence that names the member. */
export class LineError extends Error {}

/** A thing that a line names: by its id, or by the host's own, from which the id is derived. */
export type Named = { id: string; externalId: string | null }

export const maxAddressLength = 2_000

/** Readers for the members of one line, each by its type. */
export class Fields {
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

  /** A whole number that JSON keeps exact. */
  whole(name: string): number {
    const value = this.#members[name]
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw new LineError(`${name} is no whole number from 0 on: ${this.shown(name)}`)
    return value
  }

  id(name: string): string {
    const id = readUuid(this.#members[name])
    if (id === null || id === greatestId)
      throw new LineError(this.has(name) ? `${name} is no UUID: ${this.shown(name)}` : `${name} is missing`)
    return id
  }
  optionalExternalId(name: string): string | null {
    return this.optionalText(name, maxExternalIdLength)
  }
  /** By one of two members: an id of ours, or the host's, of which `key` makes one. */
  named(idName: string, externalName: string, key: (externalId: string) => string): Named {
    const externalId = this.optionalExternalId(externalName)
    if (externalId === null) return { id: this.id(idName), externalId }
    if (this.has(idName)) throw new LineError(`${idName} and ${externalName} are both given; one is enough`)
    return { id: key(externalId), externalId }
  }
  /** A list of user ids, and of objects such as `{"user_external_id":"17"}`. */
  namedUsers(name: string, key: (externalId: string) => string): Named[] | null {
    if (!this.has(name)) return null
    const list = this.#members[name]
    if (!Array.isArray(list)) throw new LineError(`${name} is no list of user ids: ${this.shown(name)}`)
    return list.map(one => {
      const externalId: unknown = one?.user_external_id
      if (externalId !== undefined) {
        const entry = new Fields(one)
        entry.only(userReference)
        return entry.named('user_id', 'user_external_id', key)
      }
      const id = readUuid(one)
      if (id === null) throw new LineError(`${name} has what is no UUID: ${shownValue(one)}`)
      return { id, externalId: null }
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

const userReference = new Set(['user_external_id'])

/** A value for a message, shortened. Nested ones are named only: they may be nested deeper than can be printed. */
function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'a list' : 'an object'
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Refused, because it ends the range of the pages below one (see pages_id_not_greatest). */
const greatestId = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
