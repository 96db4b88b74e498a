/** The directory import and the registration of connections, over the stores. */
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'
import type { DirectoryFeed } from '../api/ports.ts'
import { disconnect } from '../installs/actions/disconnect.ts'
import { type RegisterNeeds, registerConnection } from '../installs/actions/register-connection.ts'
import { uuidv7 } from '../installs/ids.ts'
import { seal } from '../installs/sealed.ts'
import { hashPassword, passwordMatches } from '../passwords.ts'
import { keepAnswer, openFeed, readAnswer } from '../storage/postgres/directory/feed.ts'
import { type BatchGuard, type ImportNeeds, importBatch } from '../storage/postgres/directory/import.ts'
import { ImportRefused } from '../storage/postgres/directory/refused.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { repositoriesOn } from '../storage/postgres/repositories.ts'
import { appendEvent, appendEvents } from '../storage/postgres/stores/events.ts'
import { installationStore } from '../storage/postgres/stores/installations.ts'
import { registrationStore } from '../storage/postgres/stores/registrations.ts'
import { transact } from '../storage/postgres/transaction.ts'
import type { Stores } from './stores.ts'

export function importNeeds(database: DataSource): ImportNeeds {
  return {
    pool: poolOf(database),
    hashPassword,
    passwordMatches,
    now: () => new Date(),
    newId: uuidv7,
  }
}

/** The directory as the host product feeds it over HTTP: each batch on connections that may take their time. */
export function directoryFeed(stores: Stores): DirectoryFeed {
  return {
    ...openFeed(poolOf(stores.database)),
    async import(lines, batch, answerOf) {
      type Answer = ReturnType<typeof answerOf>
      const found: { before: Awaited<ReturnType<typeof readAnswer>>; answer: Answer | null } = {
        before: null,
        answer: null,
      }
      const guard: BatchGuard = {
        async begin(client) {
          found.before = batch && (await readAnswer(client, batch))
          return found.before === null
        },
        async finish(client, result) {
          found.answer = answerOf(result)
          if (batch) await keepAnswer(client, batch, found.answer, new Date())
        },
      }
      try {
        await stores.unhurried(database => importBatch(importNeeds(database), lines, guard))
      } catch (error) {
        if (error instanceof ImportRefused) return { kind: 'refused', faults: [...error.faults] }
        throw error
      }
      const { before, answer } = found
      if (before && !before.bodyHash.equals(batch!.bodyHash())) return { kind: 'conflict' }
      return { kind: 'answer', answer: (before?.answer ?? answer) as Answer }
    },
  }
}

export function registrar(database: DataSource, secretKeys: Buffer[], nativeSchemes: readonly string[] = []) {
  const needs: RegisterNeeds = {
    transact: work =>
      transact(poolOf(database), client =>
        work({
          ...registrationStore(repositoriesOn(database, client)),
          append: event => appendEvent(client, event),
        }),
      ),
    now: () => new Date(),
    newId: uuidv7,
    nativeSchemes,
    random: randomBytes,
    seal: text => seal(secretKeys, 'internal-token', text),
  }
  return registerConnection(needs)
}

/** Ends an installation in the operator's name: its tokens are dead when this returns. */
export function disconnectByOperator(database: DataSource, workspaceId: string, installationId: string) {
  const act = disconnect({
    transact: work =>
      transact(poolOf(database), client =>
        work({ ...installationStore(client), appendAll: events => appendEvents(client, events) }),
      ),
    now: () => new Date(),
    newId: uuidv7,
  })
  return act({ workspaceId, actorId: null, address: null, requestId: null }, installationId)
}
