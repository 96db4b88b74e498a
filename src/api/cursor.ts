import type { Bearer } from '../installs/bearer.ts'
import { openSealed, seal } from '../installs/sealed.ts'
import { invalid } from './refusals.ts'

/** A cursor as it was handed out: the place, and to whom. */
export type Opened<Place> = { installationId: string; place: Place }

/**
 * Where a listing goes on, sealed for one question: a cursor of another question, or one that was altered, does not open.
 * Sealed rather than signed, since a place in the tree names pages above the granted ones.
 */
export type Cursors = {
  /** null at the end of the listing. */
  write(bearer: Bearer, question: unknown, place: unknown): string | null
  /** @throws ApiRefusal `validation_error`. */
  read<Place>(question: unknown, cursor: string | null): Opened<Place> | null
}

/** Longer than any cursor of ours: a place a hundred levels deep. */
const longest = 8_192

export function openCursors(secretKeys: readonly Buffer[]): Cursors {
  const purpose = (question: unknown) => `cursor ${JSON.stringify(question)}`
  return {
    write(bearer, question, place) {
      if (place === null) return null
      const opened = { installationId: bearer.installationId, place }
      return seal(secretKeys, purpose(question), JSON.stringify(opened))
    },
    read(question, cursor) {
      if (cursor === null) return null
      const text = cursor.length > longest ? null : openSealed(secretKeys, purpose(question), cursor)
      if (text === null) throw foreignCursor()
      return JSON.parse(text)
    },
  }
}

/** A cursor goes on for the installation that it was handed to, whichever of its tokens asks. */
export function requireOwnCursor(opened: Opened<unknown> | null, bearer: Bearer): void {
  if (opened && opened.installationId !== bearer.installationId) throw foreignCursor()
}

const foreignCursor = () => invalid('start_cursor should be a next_cursor of the same listing.')
