import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { openDatabase } from '../src/storage/postgres/data-source.ts'
import { migrate, schemaIsCurrent } from '../src/storage/postgres/migrate.ts'
import { emptyDatabase, type TestDatabase } from './support/database.ts'
import { seedConnection, seedWorld } from './support/seed.ts'

const open = (url: string) => openDatabase({ url, migrations: path.resolve('migrations'), poolSize: 4 })

/** All that the schema consists of, as text; two that are the same read the same. */
async function shapeOf(source: DataSource): Promise<string[]> {
  const rows = (await source.query(`
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
        || coalesce(column_default, '') || coalesce(generation_expression, '') as line
      from information_schema.columns where table_schema = 'public' and table_name <> 'migrations'
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'public' and tablename <> 'migrations'
    union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace and conrelid <> to_regclass('migrations')
    union all select 'trigger ' || tgrelid::regclass || ' ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all select 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc) from pg_proc p
      where p.pronamespace = 'public'::regnamespace and not exists (
        select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by line`)) as { line: string }[]
  return rows.map(row => row.line)
}

async function countRows(source: DataSource): Promise<Record<string, number>> {
  const tables = (await source.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_name <> 'migrations'`,
  )) as { name: string }[]
  const counts: Record<string, number> = {}
  for (const { name } of tables) {
    const [row] = await source.query(`select count(*)::int as count from ${name}`)
    counts[name] = row.count
  }
  return counts
}

/** A world, a connection installed in it by Ben on two pages, its consent and an authorization with all its tokens. */
async function seed(source: DataSource): Promise<void> {
  const sql = (text: string, values?: unknown[]) => source.query(text, values)
  const { users, workspaces, pages } = await seedWorld(sql)
  const connection = await seedConnection(sql)
  const place = [workspaces.acme.id, connection.id, users.ben.id]
  await sql(
    `with consent as (
       insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
       values (gen_random_uuid(), $1, $2, $3, '{read_content}', array[$4]::uuid[], now(), now() + interval '1 hour') returning id),
     installation as (
       insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, $3, 'active', '{read_content}', now(), now()) returning id)
     insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
     select $1, installation.id, $4, $3, now() from installation`,
    [...place, pages.roadmap.id],
  )
  await sql(
    `insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, payload, expires_at)
     select 'grant', id, workspace_id, connection_id, user_id, '{}', expires_at from consents`,
  )
  for (const [table, hash] of [
    ['access_tokens', 'token_hash'],
    ['refresh_tokens', 'token_hash'],
  ])
    await sql(
      `insert into ${table} (${hash}, grant_id, payload, expires_at) values ($1, 'grant', '{}', now() + interval '1 hour')`,
      [randomBytes(32)],
    )
  await sql(
    `insert into events (id, at, kind, workspace_id) select gen_random_uuid(), now(), 'consent.given', id from workspaces`,
  )
  await sql('insert into approvals (workspace_id, connection_id) select $1, $2', place.slice(0, 2))
  await sql(`insert into workspace_policies (workspace_id, restrict_installs) values ($1, 'approved-list')`, [
    place[0],
  ])
}

/** The named migration, and all that came after it. */
async function takeBack(source: DataSource, name: string): Promise<void> {
  for (let taken: string | undefined; taken !== name; ) {
    ;[taken] = await migrate(source, 1)
    if (taken === undefined) throw new Error(`there is no migration ${name}`)
  }
}

describe('the migrations', () => {
  let database: TestDatabase
  let source: DataSource

  beforeAll(async () => {
    database = await emptyDatabase()
    source = await open(database.url)
  })
  afterAll(async () => {
    await source.destroy()
    await database.drop()
  })

  it('are applied once when ten hosts start at once', async () => {
    expect(await schemaIsCurrent(source)).toBe(false)
    const hosts = await Promise.all(Array.from({ length: 10 }, () => open(database.url)))
    const applied = await Promise.all(hosts.map(host => migrate(host)))
    await Promise.all(hosts.map(host => host.destroy()))
    expect(applied.filter(names => names.length > 0)).toHaveLength(1)
    expect(await schemaIsCurrent(source)).toBe(true)
    expect(await migrate(source)).toEqual([])
  })

  it('go down and up again, each over rows, and leave the schema as it was', async () => {
    await seed(source)
    const shape = await shapeOf(source)
    const before = await countRows(source)
    const names = ((await source.query('select name from migrations order by id')) as { name: string }[]).map(
      row => row.name,
    )
    for (let down = 1; down <= names.length; down++) {
      expect(await migrate(source, down)).toEqual(names.slice(-down).reverse())
      expect(await schemaIsCurrent(source)).toBe(false)
      for (const [table, count] of Object.entries(await countRows(source)))
        expect([table, count]).toEqual([table, before[table]])
      expect(await migrate(source)).toEqual(names.slice(-down))
      expect(await shapeOf(source)).toEqual(shape)
      await source.query(
        'truncate users, workspaces, connections, events, access_tokens, refresh_tokens cascade',
      )
      await seed(source)
    }
    expect(await countRows(source)).toEqual(before)
  })

  it('give events of before the person whose installation it was then, also where it was handed over since', async () => {
    await takeBack(source, 'KeepInstallersInEvents1764000000110')
    const [ben, cleo] = ['ben@acme.test', 'cleo@acme.test'].map(
      email => `(select id from users where email = '${email}')`,
    )
    await source.query(`
      insert into hand_overs (workspace_id, id, installation_id, from_user_id, to_user_id, offered_at, state, decided_at)
        select workspace_id, gen_random_uuid(), id, ${ben}, ${cleo}, now(), 'accepted', now() from installations;
      insert into events (id, at, kind, workspace_id, installation_id, actor_id, data)
        select gen_random_uuid(), now() + at * interval '1 minute', kind, i.workspace_id, i.id, actor, data::jsonb
        from installations i, (values
          (-9, 'installation.activated', ${ben}, '{}'), (-8, 'installation.suspended', null, '{"reason":"installer-left"}'),
          (0, 'hand-over.accepted', ${cleo}, jsonb_build_object('from_id', ${ben})::text),
          (5, 'token.revoked', null, '{}'), (6, 'installation.disconnected', null, jsonb_build_object('installer_id', ${cleo})::text)
        ) e (at, kind, actor, data);
      update installations set user_id = ${cleo}`)
    await migrate(source)
    const rows = (await source.query(
      `select e.kind, u.email from events e left join users u on u.id = e.installer_id order by e.at, u.email`,
    )) as { kind: string; email: string | null }[]
    expect(rows.filter(row => row.kind !== 'consent.given').map(row => row.email)).toEqual(
      ['ben', 'ben', 'ben', 'cleo', 'cleo'].map(name => `${name}@acme.test`),
    )
    expect(rows.find(row => row.kind === 'consent.given')!.email).toBeNull()
  })

  it('say nothing to do when more are taken back than there are', async () => {
    const all = await migrate(source, 9_999)
    expect(all.length).toBeGreaterThan(4)
    expect(await migrate(source, 1)).toEqual([])
    expect(await migrate(source)).toEqual(all.reverse())
  })
})
