/** SCIM over the directory: a change of a person is a batch of directory lines, so it ends what an import would end. */
import type { Middleware } from 'koa'
import type { ClientBase } from 'pg'
import type { Config } from '../config.ts'
import { keyOfExternalId } from '../installs/external-id.ts'
import { uuidv7 } from '../installs/ids.ts'
import type { NewUser, ScimStore, ScimUser } from '../scim/ports.ts'
import { personOf } from '../scim/resources.ts'
import { serveScim } from '../scim/serve.ts'
import { importBatch } from '../storage/postgres/directory/import.ts'
import { ImportRefused } from '../storage/postgres/directory/refused.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import {
  findPerson,
  forgetScimUser,
  type KnownPerson,
  keepScimUser,
  scimStore,
} from '../storage/postgres/stores/scim.ts'
import { isUnavailable } from '../storage/unavailable.ts'
import { importNeeds } from './directory.ts'
import type { Stores } from './stores.ts'

type Line = Record<string, unknown>

export function scim(config: Config, stores: Stores): Middleware {
  const pool = poolOf(stores.database)
  const needs = importNeeds(stores.database)

  /** The lines and what belongs to them, in one transaction. */
  async function write<T>(lines: Line[], also: (client: ClientBase) => Promise<T>): Promise<T> {
    let result: T | undefined
    async function* input() {
      yield Buffer.from(lines.map(line => JSON.stringify(line)).join('\n'))
    }
    await stores.unhurried(database =>
      importBatch({ ...needs, pool: poolOf(database) }, input(), {
        begin: async () => true,
        async finish(client) {
          result = await also(client)
        },
      }),
    )
    return result as T
  }

  const memberLine = (workspaceId: string, userId: string, role: string | null): Line => ({
    ...{ kind: 'member', workspace_id: workspaceId, user_id: userId },
    ...(role === null ? { removed: true } : { role }),
  })

  async function save(
    workspaceId: string,
    person: KnownPerson | null,
    user: NewUser,
  ): Promise<
    { kind: 'written'; item: ScimUser } | { kind: 'uniqueness' } | { kind: 'invalid'; reason: string }
  > {
    const { email, name } = personOf(user)
    const owned = person === null || person.owned
    const externalId = person ? person.externalId : user.externalId
    const userId = person?.id ?? (externalId === null ? uuidv7() : keyOfExternalId('user', externalId))
    const role = user.active ? (person?.role ?? 'member') : null
    const userLine = { kind: 'user', id: userId, email, name, ...(externalId && { external_id: externalId }) }
    // A person whom another workspace made keeps their name and address: only the membership is this one's to change.
    const lines = [...(owned ? [userLine] : []), memberLine(workspaceId, userId, role)]
    try {
      const item = await write(lines, client =>
        keepScimUser(client, workspaceId, userId, { ...user, owned }, new Date()),
      )
      return { kind: 'written', item }
    } catch (error) {
      if ((error as { code?: string }).code === '23505') return { kind: 'uniqueness' }
      if (!(error instanceof ImportRefused)) throw error
      const [first] = error.faults
      return /address|external/.test(first!.reason)
        ? { kind: 'uniqueness' }
        : { kind: 'invalid', reason: first!.reason }
    }
  }

  const store: ScimStore = {
    ...scimStore(pool, uuidv7),
    async saveUser(workspaceId, id, user) {
      if (id !== null) {
        const person = await findPerson(pool, workspaceId, { id })
        return person?.isHere ? save(workspaceId, person, user) : { kind: 'unknown' }
      }
      const person = await findPerson(pool, workspaceId, { email: personOf(user).email })
      return person?.isHere ? { kind: 'uniqueness' } : save(workspaceId, person, user)
    },
    async removeUser(workspaceId, id) {
      const person = await findPerson(pool, workspaceId, { id })
      if (!person?.isHere) return false
      await write([memberLine(workspaceId, id, null)], client => forgetScimUser(client, workspaceId, id))
      return true
    },
  }
  return serveScim({ issuer: config.issuer, store, isUnavailable })
}
