/** The demo: a directory to look at, the connections of a few partners, and the credentials of our own demo partner. */
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Pool } from 'pg'
import type { Config } from '../config.ts'
import { demoConnections, demoPartnerName } from '../demo/connections.ts'
import type { PartnerClient } from '../demo/exchange.ts'
import type { Registration } from '../installs/actions/register-connection.ts'
import { root } from '../root.ts'
import { importDirectory } from '../storage/postgres/directory/import.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { importNeeds, registrar } from './directory.ts'
import type { Stores } from './stores.ts'

/**
 * Kept in the data directory: the demo partner's side of its registration, and the internal connection's token. Without them
 * a load has begun and not ended.
 */
type DemoFile = { begun: string; partner?: PartnerClient; reporter?: { token: string } }

export type Demo = { users: { email: string; is: string }[]; password: string }

/** As config/demo/people.ndjson has them. */
const demo: Demo = {
  users: [
    { email: 'ada@acme.test', is: 'owner of Acme and of Side Project' },
    { email: 'ben@acme.test', is: 'member of Acme' },
    { email: 'cleo@acme.test', is: 'member of Acme' },
    { email: 'gus@acme.test', is: 'guest of Acme' },
  ],
  password: 'latchkey-demo',
}
const demoFile = (dataDir: string) => path.join(dataDir, 'demo.json')

/** The demo partner's client, or null where no demo was loaded. */
export async function readDemoPartner(dataDir: string): Promise<PartnerClient | null> {
  return (await readDemoFile(dataDir))?.partner ?? null
}

/**
 * Loads the demo if it is missing: with DEMO, or into an empty embedded database. Demo data that is already there is left
 * as it is.
 * @returns how to sign in, or null without a demo.
 */
export async function prepareDemo(stores: Stores, config: Config): Promise<Demo | null> {
  if (config.demo === false) return null
  const kept = await readDemoFile(config.dataDir)
  if (kept?.partner) {
    await followIssuer(stores, config, kept.partner)
    return demo
  }
  const wanted =
    config.demo ??
    (kept !== null || (config.databaseUrl === null && (await isEmpty(poolOf(stores.database)))))
  if (!wanted) return null
  const begun = kept?.begun ?? new Date().toISOString()
  await keepDemoFile(config.dataDir, { begun })
  const file = await stores.unhurried(async database => {
    await importDirectory(importNeeds(database), demoDirectory())
    return registerDemo({ ...stores, database }, config.issuer, begun)
  })
  await keepDemoFile(config.dataDir, file)
  return demo
}

async function isEmpty(pool: Pool): Promise<boolean> {
  const { rows } = await pool.query<{ empty: boolean }>(
    `select not exists (select from users) and not exists (select from workspaces)
       and not exists (select from connections) as empty`,
  )
  return rows[0]!.empty
}

async function* demoDirectory(): AsyncGenerator<Uint8Array> {
  for (const name of ['people', 'pages'])
    yield* createReadStream(path.join(root, 'config', 'demo', `${name}.ndjson`))
}

async function registerDemo(stores: Stores, issuer: string, begun: string): Promise<DemoFile> {
  const pool = poolOf(stores.database)
  const { rows } = await pool.query<{ workspace: string; ada: string }>(
    `select w.id as workspace, u.id as ada from members m
     join workspaces w on w.id = m.workspace_id join users u on u.id = m.user_id
     where w.name = 'Acme' and u.email = 'ada@acme.test'`,
  )
  const { workspace, ada } = rows[0]!
  const registrations = demoConnections({
    workspace,
    ada,
    redirectUri: callbackOf(issuer),
    installUrl: startOf(issuer),
  })
  await dropUnfinished(pool, registrations, begun)
  const register = registrar(stores.database, stores.secretKeys)
  const file: DemoFile = { begun }
  for (const registration of registrations) {
    const registered = await register(registration)
    if (registered.kind === 'invalid')
      throw new Error(`The demo's ${registration.name} cannot be registered.`)
    const { connection, secret, token } = registered
    if (connection.name === demoPartnerName)
      file.partner = {
        clientId: connection.id,
        clientSecret: secret!,
        redirectUri: connection.redirectUris[0]!,
      }
    if (token) {
      file.reporter = { token }
      await addReporterPages(pool, connection.id, ada)
    }
  }
  return file
}

/** Deletes the connections of an interrupted load, whose secrets are lost. Other connections may have the same names. */
async function dropUnfinished(pool: Pool, registrations: Registration[], begun: string): Promise<void> {
  for (const one of registrations)
    await pool.query(
      `delete from connections
       where created_at >= $1 and name = $2 and redirect_uris = $3
         and workspace_id is not distinct from $4 and created_by is not distinct from $5`,
      [begun, one.name, one.redirectUris, one.workspaceId, one.createdBy],
    )
}

/** Ada has added two of Acme's pages to the internal connection. */
async function addReporterPages(pool: Pool, connectionId: string, ada: string): Promise<void> {
  await pool.query(
    `insert into page_grants (workspace_id, installation_id, page_id, granted_by, granted_at)
     select p.workspace_id, i.id, p.id, $2, now() from installations i join pages p using (workspace_id)
     where i.connection_id = $1 and p.parent_id is null and p.title in ('Roadmap', 'Meeting notes')`,
    [connectionId, ada],
  )
}

const links = ['website', 'install_url', 'support_url', 'privacy_url', 'terms_url']

/** After a change of port, moves the demo partner's redirect URI and the demo's links to the new address. */
async function followIssuer(
  stores: Stores,
  { issuer, dataDir }: Config,
  partner: PartnerClient,
): Promise<void> {
  const redirectUri = callbackOf(issuer)
  if (partner.redirectUri === redirectUri) return
  const followed = (link: string) =>
    `${link} = case when starts_with(${link}, $3) then $4 || substr(${link}, length($3) + 1) else ${link} end`
  await stores.unhurried(database =>
    poolOf(database).query(
      `update connections set ${links.map(followed).join(', ')}, updated_at = now(), redirect_uris =
         case when id = $1 then array_append(array_remove(redirect_uris, $2), $2) else redirect_uris end
       where id = $1 or (created_by is null and starts_with(website, $3))`,
      [partner.clientId, redirectUri, startOf(issuerOf(partner)), startOf(issuer)],
    ),
  )
  const kept = (await readDemoFile(dataDir))!
  await keepDemoFile(dataDir, { ...kept, partner: { ...partner, redirectUri } })
}

const startOf = (issuer: string) => `${issuer}/demo-partner`
const callbackOf = (issuer: string) => `${issuer}/demo-partner/callback`
const issuerOf = (partner: PartnerClient) => partner.redirectUri.replace(/\/demo-partner\/callback$/, '')

async function readDemoFile(dataDir: string): Promise<DemoFile | null> {
  const text = await readFile(demoFile(dataDir), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as DemoFile)
}

async function keepDemoFile(dataDir: string, file: DemoFile): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${demoFile(dataDir)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, demoFile(dataDir))
}
