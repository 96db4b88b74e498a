/** People, things and secrets of two workspaces, and how everything is put back to where it was. */
import { randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Redis } from 'ioredis'
import { againAfterDeadlock } from '../../src/storage/postgres/transaction.ts'
import { signedIn } from '../support/allowed.ts'
import { csrfOf } from '../support/developers.ts'
import { seedInstalled } from '../support/installed.ts'
import { seedThings } from '../support/one-of-everything.ts'
import { Partner } from '../support/partner.ts'
import { Person } from '../support/person.ts'
import { type SeededConnection, seedConnection, seedWorld, type World } from '../support/seed.ts'
import type { TestServer } from '../support/server.ts'

type Sql = TestServer['sql']
type People = Record<'ada' | 'ben' | 'cleo' | 'gus' | 'dora' | 'nobody', Person>

export type LongWorld = {
  seeded: World
  people: People
  csrf: Map<Person, string>
  /** What the names in the addresses mean. */
  things: Record<string, string>
  /** Every field that a form of the product has. */
  form: Record<string, string>
  relay: SeededConnection
  codes: { code: string; verifier: string }[]
  token: string
  refreshToken: string
  authorizeUrl: string
  /** Of things of both workspaces. */
  ids: string[]
}

export async function openWorld(base: string, sql: Sql, dataDir: string): Promise<LongWorld> {
  const server = { base, sql } as TestServer
  const seeded = await seedWorld(sql)
  const { users, pages, workspaces } = seeded
  const elsewhere = await workspaceOf(sql, users.dora.id)
  const signed = (who: keyof World['users']) => signedIn(server, users[who])
  const people: People = {
    ...{ ada: await signed('ada'), ben: await signed('ben'), cleo: await signed('cleo') },
    ...{ gus: await signed('gus'), dora: await signed('dora'), nobody: new Person(base) },
  }
  const partner = await openDemoPartner(sql, base, dataDir)
  const things = {
    ...(await seedThings(server, seeded, people)),
    attempt: randomUUID(),
    developer: 'relay',
    place: 'privacy',
  }
  const csrf = new Map<Person, string>()
  for (const person of Object.values(people)) csrf.set(person, await csrfOf(person))
  // A policy that lets everybody install: the codes are made by a member.
  await sql(`update workspace_policies set restrict_installs = 'none'`)
  const relay = await seedConnection(sql, { name: 'Runner' })
  const chosen = [pages.handbook, pages.roadmap]
  const ways = await Promise.all([0, 1, 2, 3].map(() => code(people.cleo, base, relay, chosen)))
  const { verifier, code: spent } = ways.pop()!
  const first = await redeem(base, relay, spent, verifier)
  const made = {
    workspaceId: workspaces.acme.id,
    userId: users.ben.id,
    pages: [pages.handbook.id, pages.roadmap.id],
  }
  const asking = await Partner.discover(base, relay)
  await sql(`update authorizations set expires_at = now() + interval '1 day'`)
  return {
    ...{ seeded, people, csrf, things, relay, codes: ways, form: everyField(things, seeded) },
    token: (await seedInstalled(sql, { ...made, name: 'All' })).token,
    refreshToken: first.refresh_token,
    authorizeUrl: await asking.authorizeUrl(),
    ids: [
      ...Object.values({ ...things, elsewhere, partner }),
      ...Object.values(pages).map(one => one.id),
    ].filter(one => one.length === 36),
  }
}

async function workspaceOf(sql: Sql, userId: string): Promise<string> {
  const id = randomUUID()
  await sql(`insert into workspaces (id, name, plan) values ($1, 'Elsewhere', 'enterprise')`, [id])
  await sql(`insert into members (workspace_id, user_id, role) values ($1, $2, 'owner')`, [id, userId])
  return id
}

/** The demo partner is served where the data directory names its credentials. */
async function openDemoPartner(sql: Sql, base: string, dataDir: string): Promise<string> {
  const redirectUri = `${base}/demo-partner/callback`
  const { id, secret } = await seedConnection(sql, { name: 'Demo', redirect_uris: [redirectUri] })
  const partner = { clientId: id, clientSecret: secret, redirectUri }
  await writeFile(
    path.join(dataDir, 'demo.json'),
    JSON.stringify({ begun: new Date().toISOString(), partner }),
  )
  return id
}

/** A member allows: the code that the partner received, not yet exchanged. */
async function code(member: Person, base: string, relay: SeededConnection, pages: { id: string }[]) {
  const partner = await Partner.discover(base, relay)
  const person = new Person(base)
  for (const one of await member.jar.getCookies(base)) await person.jar.setCookie(one.cookieString(), base)
  await person.open(await partner.authorizeUrl())
  if (person.heading().includes('workspace')) await person.press('Continue')
  await person.press('Select pages')
  await person.press('Allow access', { pages: pages.map(page => page.id) })
  return { code: new URL(person.visit.url).searchParams.get('code')!, verifier: partner.verifier }
}

async function redeem(base: string, relay: SeededConnection, spent: string, verifier: string) {
  const body = new URLSearchParams({
    ...{ grant_type: 'authorization_code', code: spent, code_verifier: verifier },
    ...{ redirect_uri: relay.redirectUri, client_id: relay.id, client_secret: relay.secret },
  })
  const answer = await fetch(`${base}/v1/oauth/token`, { method: 'POST', body })
  if (!answer.ok) throw new Error(`the code was refused: ${await answer.text()}`)
  return (await answer.json()) as { refresh_token: string }
}

function everyField(things: Record<string, string>, { pages }: World): Record<string, string> {
  const { workspace, connection, installation, user, page } = things as Record<string, string>
  return {
    ...{ workspace: workspace!, workspace_id: workspace!, connection_id: connection!, user_id: user! },
    ...{ installation: installation!, pages: page!, before: pages.handbook.id, altogether: 'yes' },
    ...{ decision: 'approve', answer: 'No.', reason: 'Yes.', installed: 'disconnect', q: 'a', as: user! },
    ...{ restrict_installs: 'none', connection_creation: 'everyone', overlap: '0', step: 'refresh' },
    ...{ name: 'Taken', redirect_uris: 'https://relay.test/', capabilities: 'read_content', version: '1' },
    ...{ client_type: 'confidential', people: 'none', manifest: '{"name":"Taken"}', show: 'yes' },
    ...{ email: 'ada@acme.test', password: 'a long password' },
  }
}

/** Remembers both stores as they are now. @returns what puts them back. */
export async function remember(sql: Sql, redisUrl: string): Promise<() => Promise<void>> {
  const tables = await sql<{ name: string; columns: string }>(
    `select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns
     from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname not in ('live_hosts', 'schema_migrations', 'migrations')
     group by 1`,
  )
  await sql('create schema remembered')
  for (const { name } of tables) await sql(`create table remembered.${name} as table public.${name}`)
  const redis = new Redis(redisUrl)
  const own = Number(new URL(redisUrl).pathname.slice(1))
  const copy = `redis.call('select', ARGV[1])
    for _, key in ipairs(redis.call('keys', '*')) do redis.call('copy', key, key, 'DB', ARGV[2], 'REPLACE') end`
  await redis.eval(copy, 0, own, own + 1)
  redis.disconnect()
  const back = [
    `set session_replication_role = replica`,
    `truncate ${tables.map(one => one.name).join(', ')}`,
    ...tables.map(
      ({ name, columns }) =>
        `insert into ${name} (${columns}) overriding system value select ${columns} from remembered.${name}`,
    ),
    `set session_replication_role = default`,
  ].join(';')
  return async () => {
    // The server's own writes may be under way.
    await againAfterDeadlock(() => sql(back))
    const again = new Redis(redisUrl)
    await again.flushdb()
    await again.eval(copy, 0, own + 1, own)
    again.disconnect()
  }
}
