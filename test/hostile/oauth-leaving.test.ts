import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { uuidv7 } from '../../src/installs/ids.ts'
import { providerStore } from '../../src/storage/postgres/tokens/store.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { importLines, memberLine } from '../support/directory.ts'
import { whileHeld as rowsHeld } from '../support/held-rows.ts'
import { seedConnection, seedWorld, type World } from '../support/seed.ts'

let database: TestDatabase
let pool: pg.Pool
let store: ReturnType<typeof providerStore>
let world: World

const sql = async <T = Record<string, unknown>>(text: string, values?: unknown[]) =>
  (await pool.query(text, values)).rows as T[]

beforeAll(async () => {
  database = await cloneDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 10 })
  pool.on('error', () => {})
  world = await seedWorld(sql)
  store = providerStore(pool)
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** A code of a member of Acme, who chose the handbook. */
async function allow(connectionId: string, userId: string) {
  const [consent, grantId, hash] = [randomUUID(), randomUUID(), randomBytes(32)]
  const acme = world.workspaces.acme.id
  await sql(
    `insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
     values ($1, $2, $3, $4, '{read_content}', $5, now(), now() + interval '1 day')`,
    [consent, acme, connectionId, userId, [world.pages.handbook.id]],
  )
  await sql(
    `insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, code_hash, payload, expires_at)
     values ($1, $2, $3, $4, $5, $6, '{}', now() + interval '1 day')`,
    [grantId, consent, acme, connectionId, userId, hash],
  )
  return { connectionId, grantId, hash }
}

async function join(): Promise<string> {
  const id = randomUUID()
  await sql('insert into users (id, email, name) values ($1, $2, $3)', [id, `${id}@acme.test`, 'M'])
  await sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [
    world.workspaces.acme.id,
    id,
  ])
  return id
}

const token = () => ({
  hash: randomBytes(32),
  payload: { scope: 'read_content' },
  expiresAt: new Date(Date.now() + 3_600_000),
})

type Code = { connectionId: string; grantId: string; hash: Buffer }
const issueFor = ({ grantId }: Code) => ({
  grantId,
  access: token(),
  refresh: token(),
  now: new Date(),
})

async function redeem(code: Code, issue = issueFor(code), requestId: string = randomUUID()) {
  const { now } = issue
  const { code: kept } = await store.readCode(code.connectionId, code.hash)
  const trace = { eventId: uuidv7(), at: now, address: null, requestId }
  return store.redeem(code.hash, issue, { installationId: uuidv7(), stamp: kept?.stamp ?? '', trace })
}

/** An import removes the member, and has not committed yet while `meanwhile` begins. */
async function leaving<T>(userId: string, end: 'commit' | 'rollback', meanwhile: () => Promise<T>) {
  const session = new pg.Client({ connectionString: database.url })
  await session.connect()
  try {
    await session.query('begin')
    await session.query('delete from members where user_id = $1', [userId])
    await session.query(
      `update installations set state = 'suspended', state_reason = 'installer-left'
       where user_id = $1 and state = 'active'`,
      [userId],
    )
    const begun = meanwhile()
    await Promise.race([begun, new Promise(resolve => setTimeout(resolve, 300))])
    await session.query(end)
    return await begun
  } finally {
    await session.end()
  }
}

const statesOf = (userId: string) =>
  sql('select state, state_reason from installations where user_id = $1', [userId])

describe('a code that is redeemed while its member is being removed', () => {
  it('does not bring back what stops with his leaving', async () => {
    const [userId, connection] = [await join(), await seedConnection(sql)]
    expect((await redeem(await allow(connection.id, userId))).kind).toBe('redeemed')
    const code = await allow(connection.id, userId)
    const answer = await leaving(userId, 'commit', () => redeem(code))
    expect(answer.kind).not.toBe('redeemed')
    expect(await statesOf(userId)).toEqual([{ state: 'suspended', state_reason: 'installer-left' }])
    expect(await sql('select from access_tokens where grant_id = $1', [code.grantId])).toEqual([])
  })

  it('installs nothing that would wake when he comes again', async () => {
    const [userId, connection] = [await join(), await seedConnection(sql)]
    const code = await allow(connection.id, userId)
    const answer = await leaving(userId, 'commit', () => redeem(code))
    expect(answer.kind).not.toBe('redeemed')
    expect(await statesOf(userId)).toEqual([])
  })

  it('is redeemed where he stays after all, and nobody else waits for it', async () => {
    const [userId, other, connection] = [await join(), await join(), await seedConnection(sql)]
    const [code, beside] = [await allow(connection.id, userId), await allow(connection.id, other)]
    const order: string[] = []
    const answers = await leaving(userId, 'rollback', () =>
      Promise.all([
        redeem(code).finally(() => order.push('his')),
        redeem(beside).finally(() => order.push('other')),
      ]),
    )
    expect(answers.map(one => one.kind)).toEqual(['redeemed', 'redeemed'])
    expect(order).toEqual(['other', 'his'])
  })
})

describe('a member who is taken out and brought back within the minute of a code', () => {
  const acme = () => world.workspaces.acme.id
  const takeOut = (userId: string) => importLines(pool, [memberLine(acme(), userId, { removed: true })])
  const bringBack = (userId: string) => importLines(pool, [memberLine(acme(), userId)])
  const grants = (userId: string) =>
    sql<{ id: string }>('select id from authorizations where user_id = $1', [userId])

  it('installs nothing by what he allowed before; another’s code and his own of another workspace live', async () => {
    const [userId, other, connection] = [await join(), await join(), await seedConnection(sql)]
    const [code, beside] = [await allow(connection.id, userId), await allow(connection.id, other)]
    const elsewhere = await allow(connection.id, userId)
    await sql('update authorizations set workspace_id = $2 where id = $1', [
      elsewhere.grantId,
      world.workspaces.side.id,
    ])
    await takeOut(userId)
    await bringBack(userId)
    expect(await redeem(code)).toEqual({ kind: 'lost' })
    expect(await statesOf(userId)).toEqual([])
    expect(await grants(userId)).toEqual([{ id: elsewhere.grantId }])
    expect((await redeem(beside)).kind).toBe('redeemed')
  })

  it('does not wake what stopped when he left, and what its tokens hang from stays for a hand-over', async () => {
    const [userId, connection] = [await join(), await seedConnection(sql)]
    const first = await allow(connection.id, userId)
    expect((await redeem(first)).kind).toBe('redeemed')
    const code = await allow(connection.id, userId)
    await takeOut(userId)
    await bringBack(userId)
    expect(await redeem(code)).toEqual({ kind: 'lost' })
    expect(await statesOf(userId)).toEqual([{ state: 'suspended', state_reason: 'installer-left' }])
    expect(await grants(userId)).toEqual([{ id: first.grantId }])
  })

  it('does not wake it by a code that a fault gave back after it was redeemed', async () => {
    const [userId, connection] = [await join(), await seedConnection(sql)]
    const code = await allow(connection.id, userId)
    const [issue, requestId] = [issueFor(code), randomUUID()]
    expect((await redeem(code, issue, requestId)).kind).toBe('redeemed')
    await store.reopenCode(code.hash, issue, requestId)
    await takeOut(userId)
    await bringBack(userId)
    expect(await redeem(code)).toEqual({ kind: 'lost' })
    expect(await statesOf(userId)).toEqual([{ state: 'revoked', state_reason: 'authorization-ended' }])
  })

  it('opens nothing while he is being removed, and what he opened just before ends with the rest', async () => {
    const [userId, connection] = [await join(), await seedConnection(sql)]
    const { grantId } = await allow(connection.id, userId)
    const [consent] = await sql<{ id: string }>('select consent_id as id from authorizations where id = $1', [
      grantId,
    ])
    const now = new Date()
    const open = () =>
      store.openAuthorization({
        grantId: randomUUID(),
        consentId: consent!.id,
        workspaceId: acme(),
        connectionId: connection.id,
        userId,
        now,
        expiresAt: new Date(now.getTime() + 60_000),
      })
    const [, removed] = await rowsHeld(
      database.url,
      'select from members where user_id = $1 for key share',
      [userId],
      async () => {
        const removing = takeOut(userId)
        // It has ended the member's installations, and waits for the member's row.
        for (let tries = 0; tries < 300; tries++) {
          const [row] = await sql<{ count: number }>(
            `select count(*)::int as count from pg_stat_activity
             where wait_event_type = 'Lock' and datname = current_database()`,
          )
          if (row!.count > 0) break
          await new Promise(resolve => setTimeout(resolve, 10))
        }
        return [await open(), removing] as const
      },
    ).then(both => Promise.all(both))
    expect(removed.changed.member).toBe(1)
    expect(await grants(userId)).toEqual([])
    await bringBack(userId)
    expect(await leaving(userId, 'commit', open)).toBe(false)
  })

  it('is not helped by redeeming at the same moment, and neither side fails', async () => {
    for (let round = 0; round < 10; round++) {
      const [userId, connection] = [await join(), await seedConnection(sql)]
      const [code, beside] = [await allow(connection.id, userId), await allow(connection.id, userId)]
      await Promise.all([redeem(code), redeem(beside), takeOut(userId)])
      await bringBack(userId)
      for (const again of [code, beside]) expect((await redeem(again)).kind).toBe('lost')
      for (const { state } of await statesOf(userId)) expect(state).toBe('suspended')
    }
  })
})
