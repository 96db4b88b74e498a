/** Shared by commands that act on one connection or installation by its id. */
import { readUuid } from '../installs/ids.ts'
import { CliError, UsageError } from './command.ts'
import { noDatabase } from './stores.ts'

export const idMeaning = 'its id, which is its client_id'

/** @throws UsageError */
export function readId(text: string, what = 'The id'): string {
  const id = readUuid(text)
  if (id === null) throw new UsageError(`${what} is no UUID: ${JSON.stringify(text)} (see --help)`)
  return id
}

export const byOperator = (connectionId: string) => ({
  connectionId,
  userId: null,
  address: null,
  requestId: null,
})

export const unknown = (id: string, noun = 'connection') => new CliError(`There is no ${noun} ${id}.`)

/** For `withStores`: the id is unknown where there is no database. */
export const notThere =
  (id: string, noun = 'connection') =>
  (folder: string) => {
    throw new CliError(`There is no ${noun} ${id}: ${noDatabase(folder)}.`)
  }
