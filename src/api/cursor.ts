import type { Bearer } from '../installs/bearer.ts'
import { openSealed, seal } from '../installs/sealed.ts'
import { invalid } from './refusals.ts'

/** The content of a cursor: the place, and the installation that it was made for. */
export type Opened<Position> = { installationId: string; place: Position }

/**
 * Pagination cursors, each sealed for one question: a cursor of another question, or one that was altered, does not open.
 * They are encrypted rather than signed, since a place in the tree names pages above the granted ones.
 */
export type Cursors = {
  /** null at the end of the listing. */
  write(bearer: { installationId: string }, question: unknown, place: unknown): string | null
  /** @throws ApiRefusal `validation_error`. */
  read<Position>(question: unknown, cursor: string | null | undefined): Opened<Position> | null
}

export function openCursors(secretKeys: readonly Buffer[]): Cursors {
  const purpose = (question: unknown) => `cursor ${JSON.stringify(question)}`
  return {
    write(bearer, question, place) {
      if (place === null) return null
      const opened = { installationId: bearer.installationId, place }
      return seal(secretKeys, purpose(question), JSON.stringify(opened))
    },
    read(question, cursor) {
      if (cursor == null) return null
      const text = openSealed(secretKeys, purpose(question), cursor)
      if (text === null) throw foreignCursor()
      return JSON.parse(text)
    },
  }
}

/** A cursor is valid for every token of the installation that it was made for. */
export function requireOwnCursor(opened: Opened<unknown> | null, bearer: Bearer): void {
  if (opened && opened.installationId !== bearer.installationId) throw foreignCursor()
}

const foreignCursor = () => invalid('start_cursor should be a next_cursor of the same listing.')
