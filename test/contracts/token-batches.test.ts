import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import pg from 'pg'
import { uuidv7 } from '../../src/installs/ids.ts'
import { providerStore } from '../../src/storage/postgres/tokens/store.ts'
import { cloneDatabase, type TestDatabase } from '../support/database.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'

type Code = { grantId: string; hash: Buffer; userId: string }
type Family = Code & { refresh: Buffer }

let database: TestDatabase
let pool: pg.Pool
let store: ReturnType<typeof providerStore>
/** The same, not listened to. */
let reading: typeof store
let world: World
let connection: SeededConnection
/** The names of the statements that were asked. */
let asked: string[]

const sql = async <T = Record<string, unknown>>(text: string, values?: unknown[]) =>
  (await pool.query(text, values)).rows as T[]

beforeAll(async () => {
  database = await cloneDatabase()
  pool = new pg.Pool({ connectionString: database.url, max: 20 })
  pool.on('error', () => {})
  world = await seedWorld(sql)
  const listening = Object.create(pool, {
    query: {
      value: (query: { name?: string }, values?: unknown[]) => {
        asked.push(query.name ?? '')
        return pool.query(query as never, values)
      },
    },
  }) as pg.Pool
  store = providerStore(listening)
  reading = providerStore(pool)
})
beforeEach(async () => {
  connection = await seedConnection(sql)
  asked = []
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

/** Codes of as many members of Acme, who each chose the handbook. */
async function allow(count: number, userIds?: string[]): Promise<Code[]> {
  const acme = world.workspaces.acme.id
  const codes: Code[] = []
  for (let n = 0; n < count; n++) {
    const userId = userIds?.[n] ?? randomUUID()
    const [consent, grantId, hash] = [randomUUID(), randomUUID(), randomBytes(32)]
    if (!userIds) {
      await sql('insert into users (id, email, name) values ($1, $2, $3)', [
        userId,
        `${userId}@acme.test`,
        'M',
      ])
      await sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'member')`, [acme, userId])
    }
    await sql(
      `insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
       values ($1, $2, $3, $4, '{read_content}', $5, now(), now() + interval '1 day')`,
      [consent, acme, connection.id, userId, [world.pages.handbook.id]],
    )
    await sql(
      `insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, code_hash, payload, expires_at)
       values ($1, $2, $3, $4, $5, $6, '{}', now() + interval '1 day')`,
      [grantId, consent, acme, connection.id, userId, hash],
    )
    codes.push({ grantId, hash, userId })
  }
  return codes
}

const token = (payload = {}) => ({
  hash: randomBytes(32),
  payload: { scope: 'read_content', ...payload },
  expiresAt: new Date(Date.now() + 3_600_000),
})
const issueFor = (grantId: string, payload = {}) => ({
  grantId,
  access: token(payload),
  refresh: token(),
  now: new Date(),
})
const trace = () => ({ eventId: uuidv7(), at: new Date(), address: null, requestId: randomUUID() })

async function redeem({ grantId, hash }: Code, issue = issueFor(grantId)) {
  const { code } = await reading.readCode(connection.id, hash)
  const stamp = code?.stamp ?? ''
  return store.redeem(hash, issue, { installationId: uuidv7(), stamp, trace: trace() })
}
const rotate = ({ grantId, refresh }: Family, issue = issueFor(grantId)) => store.rotate(refresh, issue)

/** Members who installed the connection. */
async function install(count: number): Promise<Family[]> {
  const families = await Promise.all(
    (await allow(count)).map(async code => {
      const issue = issueFor(code.grantId)
      await redeem(code, issue)
      return { ...code, refresh: issue.refresh.hash }
    }),
  )
  asked = []
  return families
}

async function countTokens(grantIds: string[]) {
  const [row] = await sql<{ access: number; refresh: number }>(
    `select (select count(*)::int from access_tokens where grant_id = any ($1)) as access,
       (select count(*)::int from refresh_tokens where grant_id = any ($1)) as refresh`,
    [grantIds],
  )
  return row
}
const grants = (all: Code[]) => all.map(one => one.grantId)
const outcomes = async (all: Promise<unknown>[]) => (await Promise.allSettled(all)).map(one => one.status)

/** Another session in the middle of its transaction. */
async function amid(statement: string, values: unknown[], work: (session: pg.Client) => Promise<void>) {
  const session = new pg.Client({ connectionString: database.url })
  await session.connect()
  try {
    await session.query('begin')
    await session.query(statement, values)
    await work(session)
  } finally {
    await session.end()
  }
}

/** The insert of an access token fails: for one authorization; for null once, for the first that comes. */
async function breaking(grantId: string | null, how: string, work: () => Promise<void>) {
  await sql(`create sequence turns`)
  await sql(`create function break_token() returns trigger language plpgsql as $$ begin
    if ${grantId ? `new.grant_id = '${grantId}'` : `nextval('turns') = 1`} then ${how}; end if;
    return new; end $$`)
  await sql(
    'create trigger breaking before insert on access_tokens for each row execute function break_token()',
  )
  try {
    await work()
  } finally {
    await sql('drop trigger breaking on access_tokens')
    await sql('drop function break_token')
    await sql('drop sequence turns')
  }
}
const refused = `raise exception 'no'`
const deadlock = `raise exception 'deadlock detected' using errcode = '40P01'`
const shutDown = 'perform pg_terminate_backend(pg_backend_pid())'

describe('codes that are redeemed in the same moment', () => {
  it('share a statement, and each has its own installation, tokens and record', async () => {
    const codes = await allow(30)
    asked = []
    const redeemed = await Promise.all(codes.map(code => redeem(code)))
    expect(new Set(redeemed.map(one => one.kind === 'redeemed' && one.installationId)).size).toBe(30)
    expect(asked).toEqual(['token-redeem'])
    expect(await countTokens(grants(codes))).toEqual({ access: 30, refresh: 30 })
    const rows = await sql<{ user_id: string; actor_id: string; pages: number }>(
      `select i.user_id, e.actor_id, (select count(*)::int from page_grants g where g.installation_id = i.id) as pages
       from installations i join events e on e.installation_id = i.id where i.connection_id = $1`,
      [connection.id],
    )
    expect(rows).toHaveLength(30)
    for (const row of rows) expect(row).toMatchObject({ actor_id: row.user_id, pages: 1 })
  })

  it('of one member make one installation, and all are redeemed', async () => {
    const codes = await allow(12, Array(12).fill(world.users.ben.id))
    const redeemed = await Promise.all(codes.map(code => redeem(code)))
    expect(new Set(redeemed.map(one => one.kind === 'redeemed' && one.installationId)).size).toBe(1)
    expect(await countTokens(grants(codes))).toEqual({ access: 12, refresh: 12 })
  })

  it('and are the same code: one wins', async () => {
    const [code] = await allow(1)
    const redeemed = await Promise.all(Array.from({ length: 12 }, () => redeem(code!)))
    expect(redeemed.map(one => one.kind).sort()).toEqual([...Array(11).fill('lost'), 'redeemed'])
    expect(await countTokens([code!.grantId])).toEqual({ access: 1, refresh: 1 })
  })

  it('without a page left fail alone', async () => {
    const codes = await allow(10)
    await sql(
      'update consents set page_ids = $2 where id = (select consent_id from authorizations where id = $1)',
      [codes[4]!.grantId, [randomUUID()]],
    )
    const kinds = (await Promise.all(codes.map(code => redeem(code)))).map(one => one.kind)
    expect(kinds).toEqual(codes.map((_, at) => (at === 4 ? 'no-pages' : 'redeemed')))
  })

  it('do not wait for an installation that somebody else holds, except for its own', async () => {
    const [first] = await install(1)
    const codes = [...(await allow(9)), ...(await allow(1, [first!.userId]))]
    await amid('select from installations where user_id = $1 for update', [first!.userId], async session => {
      const asking = codes.map(code => redeem(code))
      const others = await Promise.all(asking.slice(0, 9))
      expect(others.map(one => one.kind)).toEqual(Array(9).fill('redeemed'))
      await session.query('commit')
      expect((await asking[9]!).kind).toBe('redeemed')
    })
  })
})

describe('refreshes of the same moment', () => {
  it('share a statement, and each family moves on', async () => {
    const families = await install(50)
    expect(await Promise.all(families.map(one => rotate(one)))).toEqual(Array(50).fill(true))
    expect(asked).toEqual(['token-rotate'])
    expect(await countTokens(grants(families))).toEqual({ access: 100, refresh: 100 })
  })

  it.each([
    ['its member is disabled', `update users set disabled = true where id = $1`],
    ['its member is removed', `delete from members where user_id = $1`],
    [
      'its installation is suspended',
      `update installations set state = 'suspended', state_reason = 'by-owner' where user_id = $1`,
    ],
    [
      'its connection is disabled',
      `update connections set disabled_at = now() where id = (select connection_id from installations where user_id = $1)`,
    ],
  ])('of a family issue nothing when %s after the token was read', async (_what, change) => {
    const [ended, lives] = await install(2)
    await sql(change, [ended!.userId])
    const issue = issueFor(ended!.grantId)
    const isOfAll = change.includes('connections')
    expect(await Promise.all([rotate(ended!, issue), rotate(lives!)])).toEqual([false, !isOfAll])
    const tokens = [issue.access.hash, issue.refresh.hash]
    expect(await sql('select from access_tokens where token_hash = any($1)', [tokens])).toEqual([])
    expect(await sql('select from refresh_tokens where token_hash = any($1)', [tokens])).toEqual([])
  })

  it('of one token lead to one successor', async () => {
    const [family] = await install(1)
    const { refresh } = issueFor(family!.grantId)
    const all = Array.from({ length: 10 }, () => rotate(family!, { ...issueFor(family!.grantId), refresh }))
    expect(await Promise.all(all)).toEqual(Array(10).fill(true))
    expect(await countTokens([family!.grantId])).toEqual({ access: 11, refresh: 2 })
  })

  it.each([
    ['ended', 'commit', false],
    ['not ended after all', 'rollback', true],
  ])('of 50 families while some are %s: nobody waits but those', async (_, end, lives) => {
    const families = await install(50)
    const ending = [families[49]!, families[0]!]
    await amid('delete from authorizations where id = $1', [ending[0]!.grantId], async session => {
      // In the order that would be a deadlock if a statement held some of them while it waits for others.
      const asking = families.map(one => rotate(one))
      expect(await Promise.all(asking.slice(0, 49))).toEqual(Array(49).fill(true))
      await session.query('delete from authorizations where id = $1', [ending[1]!.grantId])
      await session.query(end)
      expect(await asking[49]!).toBe(lives)
    })
    expect(await countTokens(grants(ending))).toEqual(
      lives ? { access: 4, refresh: 4 } : { access: 0, refresh: 0 },
    )
  })
})

describe('revocations of the same moment', () => {
  const revoke = ({ refresh }: Family) =>
    store.revoke(connection.id, { kind: 'refresh', hash: refresh }, trace())
  /** The transaction of each recorded revocation, and whether the installation ended with it. */
  const recorded = () =>
    sql<{ transaction: string; over: boolean }>(
      `select xmin::text as transaction, (data->>'installation_over')::boolean as over from events
       where kind = 'token.revoked' and connection_id = $1 order by over`,
      [connection.id],
    )

  it('share a commit, and each ends its own authorization', async () => {
    const families = await install(50)
    expect(await Promise.all(families.map(revoke))).toEqual(grants(families))
    const events = await recorded()
    expect(events.map(one => one.over)).toEqual(Array(50).fill(true))
    expect(new Set(events.map(one => one.transaction)).size).toBe(1)
    expect(await countTokens(grants(families))).toEqual({ access: 0, refresh: 0 })
    expect(
      await sql('select distinct state, state_reason from installations where connection_id = $1', [
        connection.id,
      ]),
    ).toEqual([{ state: 'revoked', state_reason: 'by-partner' }])
  })

  it('end nothing for an unknown token, nor for one of another client', async () => {
    const [own, foreign] = await install(2)
    const other = await seedConnection(sql)
    const asking = [
      revoke(own!),
      revoke({ ...own!, refresh: randomBytes(32) }),
      store.revoke(other.id, { kind: 'refresh', hash: foreign!.refresh }, trace()),
    ]
    expect(await Promise.all(asking)).toEqual([own!.grantId, null, null])
    expect(await countTokens([foreign!.grantId])).toEqual({ access: 1, refresh: 1 })
  })

  it('of one token end it once', async () => {
    const [family] = await install(1)
    const ended = await Promise.all(Array.from({ length: 8 }, () => revoke(family!)))
    expect(ended.filter(one => one !== null)).toEqual([family!.grantId])
    expect(await recorded()).toHaveLength(1)
  })

  it('of one installation end it with the last of its authorizations', async () => {
    const codes = await allow(6, Array(6).fill(world.users.ben.id))
    const families: Family[] = []
    for (const code of codes) {
      const issue = issueFor(code.grantId)
      await redeem(code, issue)
      families.push({ ...code, refresh: issue.refresh.hash })
    }
    expect(await Promise.all(families.map(revoke))).toEqual(grants(families))
    expect((await recorded()).map(one => one.over)).toEqual([...Array(5).fill(false), true])
  })

  it('do not wait for an installation that another transaction holds, except for its own', async () => {
    const families = await install(10)
    const held = families[4]!
    await amid('select from installations where user_id = $1 for update', [held.userId], async session => {
      const asking = families.map(revoke)
      const others = await Promise.all(asking.filter((_, at) => at !== 4))
      expect(others).toEqual(grants(families.filter(one => one !== held)))
      expect(await countTokens([held.grantId])).toEqual({ access: 1, refresh: 1 })
      await session.query('commit')
      expect(await asking[4]!).toBe(held.grantId)
    })
  })
})

describe('a fault', () => {
  it('of one redemption is not the others’', async () => {
    const codes = await allow(10)
    await breaking(codes[3]!.grantId, refused, async () => {
      const expected = codes.map((_, at) => (at === 3 ? 'rejected' : 'fulfilled'))
      expect(await outcomes(codes.map(code => redeem(code)))).toEqual(expected)
    })
    expect(await countTokens(grants(codes))).toEqual({ access: 9, refresh: 9 })
    expect((await redeem(codes[3]!)).kind).toBe('redeemed')
  })

  it('of one refresh is not the others’: a value that the database does not take', async () => {
    const families = await install(10)
    const asking = families.map((one, at) =>
      rotate(one, issueFor(one.grantId, at === 7 ? { scope: 'a\0b' } : {})),
    )
    expect(await outcomes(asking)).toEqual(families.map((_, at) => (at === 7 ? 'rejected' : 'fulfilled')))
    expect(await countTokens(grants(families))).toEqual({ access: 19, refresh: 19 })
  })

  it('by which the database ends a deadlock is nobody’s', async () => {
    const [codes, families] = [await allow(10), await install(10)]
    await breaking(null, deadlock, async () => {
      expect(await outcomes(codes.map(code => redeem(code)))).toEqual(Array(10).fill('fulfilled'))
    })
    await breaking(null, deadlock, async () => {
      expect(await Promise.all(families.map(one => rotate(one)))).toEqual(Array(10).fill(true))
    })
    expect(await countTokens(grants(codes))).toEqual({ access: 10, refresh: 10 })
    expect(await countTokens(grants(families))).toEqual({ access: 20, refresh: 20 })
  })

  it('after which nobody knows what was written is told to all, and their retry succeeds', async () => {
    const [codes, families] = [await allow(10), await install(10)]
    await breaking(null, shutDown, async () => {
      expect(await outcomes(codes.map(code => redeem(code)))).toEqual(Array(10).fill('rejected'))
      expect((await Promise.all(codes.map(code => redeem(code)))).map(one => one.kind)).toEqual(
        Array(10).fill('redeemed'),
      )
    })
    await breaking(null, shutDown, async () => {
      expect(await outcomes(families.map(one => rotate(one)))).toEqual(Array(10).fill('rejected'))
      expect(await Promise.all(families.map(one => rotate(one)))).toEqual(Array(10).fill(true))
    })
    expect(await countTokens(grants(codes))).toEqual({ access: 10, refresh: 10 })
  })

  it('in a rotation that was written all the same: asked again, the same tokens stand', async () => {
    const [family] = await install(1)
    const issue = issueFor(family!.grantId)
    expect([await rotate(family!, issue), await rotate(family!, issue)]).toEqual([true, true])
    expect(await countTokens([family!.grantId])).toEqual({ access: 2, refresh: 2 })
  })
})
