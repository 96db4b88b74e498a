import { createHash, randomUUID } from 'node:crypto'
import { newTokenValue } from '../../src/installs/token-value.ts'
import { seedConnection } from './seed.ts'

type Sql = (text: string, values?: unknown[]) => Promise<unknown>

export type Installed = { id: string; connectionId: string; connectionName: string; token: string }

const everything = [
  'read_content',
  'update_content',
  'insert_content',
  'read_comments',
  'insert_comments',
  'read_user_with_email',
]

export type Installing = {
  workspaceId: string
  /** The installer; null makes it an internal connection with a token. */
  userId: string | null
  pages: readonly string[]
  grantedBy?: string
  capabilities?: readonly string[]
  scope?: string
  name?: string
  payload?: Record<string, unknown>
}

/** An installation in force, as the flow leaves it behind, with one token. */
export async function seedInstalled(sql: Sql, made: Installing): Promise<Installed> {
  const capabilities = made.capabilities ?? everything
  const connection = await seedConnection(sql, {
    kind: made.userId === null ? 'internal' : 'public',
    workspace_id: made.userId === null ? made.workspaceId : null,
    name: made.name ?? 'Relay Automations',
    capabilities,
  })
  const id = randomUUID()
  await sql(
    `insert into installations (workspace_id, id, connection_id, user_id, state, capabilities, created_at, updated_at)
     values ($1, $2, $3, $4, 'active', $5, now(), now())`,
    [made.workspaceId, id, connection.id, made.userId, capabilities],
  )
  for (const page of made.pages)
    await grantPage(sql, made.workspaceId, id, page, (made.grantedBy ?? made.userId)!)
  const installed = { id, connectionId: connection.id, connectionName: connection.name }
  const token =
    made.userId === null
      ? await seedStandingToken(sql, made.workspaceId, id)
      : await seedAccessToken(sql, made, installed, made.scope ?? capabilities.join(' '))
  return { ...installed, token }
}

export async function grantPage(
  sql: Sql,
  workspaceId: string,
  installationId: string,
  page: string,
  by: string,
) {
  await sql(
    `insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
     values ($1, $2, $3, $4, now())`,
    [workspaceId, installationId, page, by],
  )
}

export async function seedAccessToken(
  sql: Sql,
  made: Pick<Installing, 'workspaceId' | 'userId' | 'payload'>,
  installed: { id: string; connectionId: string },
  scope: string,
): Promise<string> {
  const [consent, grant, token] = [randomUUID(), randomUUID(), newTokenValue('lka_')]
  await sql(
    `insert into consents (id, workspace_id, connection_id, user_id, capabilities, page_ids, created_at, expires_at)
     values ($1, $2, $3, $4, '{}', '{}', now(), now())`,
    [consent, made.workspaceId, installed.connectionId, made.userId],
  )
  await sql(
    `insert into authorizations (id, consent_id, workspace_id, connection_id, user_id, installation_id, payload, expires_at)
     values ($1, $2, $3, $4, $5, $6, '{}', now() + interval '1 year')`,
    [grant, consent, made.workspaceId, installed.connectionId, made.userId, installed.id],
  )
  await sql(
    `insert into access_tokens (token_hash, grant_id, payload, expires_at) values ($1, $2, $3, now() + interval '1 hour')`,
    [sha256(token), grant, { scope, ...made.payload }],
  )
  return token
}

export async function seedStandingToken(
  sql: Sql,
  workspaceId: string,
  installationId: string,
): Promise<string> {
  const token = newTokenValue('lki_')
  await sql(
    `insert into internal_tokens (id, workspace_id, installation_id, token_hash, token_sealed, created_at)
     values ($1, $2, $3, $4, 'sealed', now())`,
    [randomUUID(), workspaceId, installationId, sha256(token)],
  )
  return token
}

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
