import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import { newTokenValue } from '../../src/installs/token-value.ts'

type Sql = (text: string, values?: unknown[]) => Promise<unknown>

export const password = 'a long password'
let passwordHash: Promise<string> | null = null

/** Cheap parameters, because tests check the product's behaviour, not the cost of a hash. */
function hashedPassword(): Promise<string> {
  passwordHash ??= hash(password, {
    memoryCost: 1024,
    timeCost: 1,
    parallelism: 1,
  })
  return passwordHash
}

export type World = Awaited<ReturnType<typeof seedWorld>>

/**
 * Acme with Ada (owner), Ben and Cleo (members), Gus (guest); Side with Ada (owner); Dora is a member of neither. Acme's
 * pages: Roadmap › Quarter One › Launch, Handbook, and Diary, which is private to Ben. Side's page: Ideas.
 */
export async function seedWorld(sql: Sql) {
  const user = async (name: string) => {
    const id = randomUUID()
    const email = `${name.toLowerCase()}@acme.test`
    await sql('insert into users (id, email, name, password_hash) values ($1, $2, $3, $4)', [
      id,
      email,
      name,
      await hashedPassword(),
    ])
    return { id, email, name }
  }
  const workspace = async (name: string, plan: string) => {
    const id = randomUUID()
    await sql('insert into workspaces (id, name, icon, plan) values ($1, $2, $3, $4)', [id, name, '🏔️', plan])
    return { id, name }
  }
  const [ada, ben, cleo, gus, dora] = [
    await user('Ada'),
    await user('Ben'),
    await user('Cleo'),
    await user('Gus'),
    await user('Dora'),
  ]
  const [acme, side] = [await workspace('Acme', 'enterprise'), await workspace('Side', 'free')]
  for (const [place, who, role] of [
    [acme, ada, 'owner'],
    [acme, ben, 'member'],
    [acme, cleo, 'member'],
    [acme, gus, 'guest'],
    [side, ada, 'owner'],
  ] as const)
    await sql('insert into members (workspace_id, user_id, role) values ($1, $2, $3)', [
      place.id,
      who.id,
      role,
    ])

  const roadmap = await seedPage(sql, acme.id, 'Roadmap')
  const quarter = await seedPage(sql, acme.id, 'Quarter One', roadmap)
  const launch = await seedPage(sql, acme.id, 'Launch', quarter)
  const handbook = await seedPage(sql, acme.id, 'Handbook')
  const diary = await seedPage(sql, acme.id, 'Diary', null, [ben.id])
  const ideas = await seedPage(sql, side.id, 'Ideas')
  return {
    users: { ada, ben, cleo, gus, dora },
    workspaces: { acme, side },
    pages: { roadmap, quarter, launch, handbook, diary, ideas },
  }
}

export type SeededPage = { id: string; title: string; path: string[] }

export async function seedPage(
  sql: Sql,
  workspaceId: string,
  title: string,
  parent: SeededPage | null = null,
  viewers: string[] | null = null,
): Promise<SeededPage> {
  const id = randomUUID()
  const path = [...(parent?.path ?? []), id]
  await sql(
    `with page as (
       insert into pages (workspace_id, id, parent_id, title, private) values ($1, $2, $3, $4, $5))
     insert into page_paths (workspace_id, page_id, path) values ($1, $2, $6::uuid[])`,
    [workspaceId, id, parent?.id ?? null, title, viewers !== null, path],
  )
  for (const viewer of viewers ?? [])
    await sql('insert into page_viewers (workspace_id, page_id, user_id) values ($1, $2, $3)', [
      workspaceId,
      id,
      viewer,
    ])
  return { id, title, path }
}

export type SeededConnection = { id: string; name: string; secret: string; redirectUri: string }

/** A public, confidential connection that asks to read and update content and to know people by name. */
export async function seedConnection(sql: Sql, row: Record<string, unknown> = {}): Promise<SeededConnection> {
  const id = randomUUID()
  const columns: Record<string, unknown> = {
    id,
    kind: 'public',
    name: 'Relay Automations',
    redirect_uris: ['https://relay.test/callback'],
    capabilities: ['read_content', 'update_content', 'read_user_without_email'],
    ...row,
  }
  const names = Object.keys(columns)
  await sql(
    `insert into connections (${names.join(', ')}) values (${names.map((_, i) => `$${i + 1}`).join(', ')})`,
    Object.values(columns),
  )
  const secret = newTokenValue('lks_', randomBytes)
  await sql('insert into connection_secrets (id, connection_id, secret_hash, hint) values ($1, $2, $3, $4)', [
    randomUUID(),
    id,
    createHash('sha256').update(secret).digest(),
    secret.slice(-4),
  ])
  return { id, name: String(columns.name), secret, redirectUri: (columns.redirect_uris as string[])[0] ?? '' }
}
