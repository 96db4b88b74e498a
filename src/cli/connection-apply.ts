/** Creates a connection from a manifest, or updates it to match. Applying a manifest a second time has no effect. */
import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import type { Manifest, PlannedChange } from '../installs/actions/apply-manifest.ts'
import type { Registration } from '../installs/actions/register-connection.ts'
import type { Connection } from '../installs/connection.ts'
import { readUuid } from '../installs/ids.ts'
import { blankSettings, type SettingsFault } from '../installs/registration.ts'
import { manifestName, readManifest } from '../manifest/manifest.ts'
import { CliError, newCommand, type Output, outputOf, UsageError } from './command.ts'
import { requireWorkspace } from './connection-create.ts'
import { withStores } from './stores.ts'

type Options = { connection?: string; workspace?: string; dryRun?: boolean; json?: boolean }

export function applyCommand(): Command {
  return newCommand('apply', 'create a connection from a manifest, or update it to match')
    .argument('<file>', 'a manifest (JSON), or - for standard input')
    .option('--connection <id>', 'the connection to update (default: the id in the manifest)')
    .option('--workspace <id>', 'when creating: the workspace that it belongs to')
    .option('--dry-run', 'print the changes without making them')
    .action(apply)
}

async function apply(file: string, options: Options): Promise<void> {
  const output = outputOf(options)
  const asked = optionId(options.connection, '--connection')
  const workspaceId = optionId(options.workspace, '--workspace')
  const manifest = await readFileOf(file)
  await withStores(async stores => {
    const id = asked ?? manifest.id ?? (await findByName(stores, manifest, workspaceId))
    if (id === null) return register(stores, output, manifest, workspaceId, options.dryRun === true)
    await change(stores, output, id, manifest, options.dryRun === true)
  })
}

async function readFileOf(file: string): Promise<Manifest> {
  const text = await (file === '-' ? readAll(process.stdin) : readFile(file, 'utf8')).catch(() => {
    throw new CliError(`There is no file ${file} that can be read.`)
  })
  const result = readManifest(text)
  if (result.kind === 'unreadable') throw new CliError(result.faults.join(' '))
  return result.manifest
}

/** Without an id: the connection of that name that belongs to the operator, or to the workspace; null before it exists. */
async function findByName(
  stores: Stores,
  manifest: Manifest,
  workspaceId: string | null,
): Promise<string | null> {
  const { connectionStore } = await import('../storage/postgres/stores/connections.ts')
  const { poolOf } = await import('../storage/postgres/pool.ts')
  const all = await connectionStore(poolOf(stores.database)).all()
  const same = all.filter(one => one.name === manifest.settings.name && one.workspaceId === workspaceId)
  if (same.length > 1)
    throw new CliError(
      `There are ${same.length} connections called ${JSON.stringify(manifest.settings.name)}; say which with --connection: ${same.map(one => one.id).join(', ')}.`,
    )
  return same[0]?.id ?? null
}

async function register(
  stores: Stores,
  output: Output,
  manifest: Manifest,
  workspaceId: string | null,
  dryRun: boolean,
): Promise<void> {
  const asked: Registration = {
    ...blankSettings,
    ...manifest.settings,
    kind: manifest.kind ?? 'public',
    workspaceId,
    createdBy: null,
    firstParty: false,
    verified: false,
  }
  const said = `It registers ${JSON.stringify(asked.name)}, a new ${asked.kind} connection.`
  if (dryRun) return output.answer({ created: true, applied: false }, said)
  output.say(said)
  if (workspaceId) await requireWorkspace(stores.database, workspaceId)
  const { registrar } = await import('../compose/directory.ts')
  const registered = await registrar(stores.database, stores.secretKeys)(asked)
  if (registered.kind === 'invalid') throw new CliError(registered.faults.map(faultOf).join(' '))
  const { connection, secret, token } = registered
  const once = { ...(secret ? { client_secret: secret } : {}), ...(token ? { token } : {}) }
  output.answer(
    { id: connection.id, client_id: connection.id, created: true, applied: true, ...once },
    [
      `id  ${connection.id}`,
      ...Object.entries(once).map(
        ([name, value]) => `${name}  ${value}\nKeep it now: it is not shown again.`,
      ),
      'Put the id into the manifest, so that it stays with this connection under any name.',
    ].join('\n'),
  )
}

async function change(
  stores: Stores,
  output: Output,
  id: string,
  manifest: Manifest,
  dryRun: boolean,
): Promise<void> {
  const { developerActions } = await import('../compose/developers.ts')
  const { manifests } = developerActions(stores)
  const context = { connectionId: id, userId: null, address: null, requestId: null }
  const planned = await manifests.plan(context, manifest)
  if (planned.kind !== 'planned') throw refusal(planned, id)
  const changes = planned.changes.map(({ member, before, after, stops }) => ({
    member: manifestName[member],
    before,
    after,
    stops,
  }))
  const document = { id, client_id: id, created: false, changes }
  if (changes.length === 0)
    return output.answer(
      { ...document, applied: false },
      'The manifest matches the registered settings: there are no changes.',
    )
  const words = planned.changes.map(changeWords).join('\n')
  if (dryRun) return output.answer({ ...document, applied: false }, words)
  output.say(words)
  const outcome = await manifests.apply(context, manifest, planned.version)
  if (outcome.kind === 'changed-meanwhile')
    throw new CliError('Somebody else changed it in this moment; nothing was applied. Apply it again.')
  if (outcome.kind !== 'updated') throw refusal(outcome, id)
  output.answer({ ...document, applied: true }, 'Applied. It holds from the next request on.')
}

type Refused =
  | { kind: 'invalid'; faults: SettingsFault[] }
  | { kind: 'of-another'; member: 'id' | 'kind' }
  | { kind: 'unknown' | 'planned' }

function refusal(outcome: Refused, id: string): CliError {
  if (outcome.kind === 'invalid') return new CliError(outcome.faults.map(faultOf).join(' '))
  if (outcome.kind === 'of-another')
    return new CliError(
      outcome.member === 'id'
        ? `The manifest is of another connection than ${id}; take its id out to apply it there.`
        : 'kind cannot be changed: a connection stays public or internal.',
    )
  return new CliError(`There is no connection ${id}.`)
}

function faultOf({ member, value, fault }: { member: string; value?: string; fault: string }): string {
  const name =
    member === 'workspaceId' ? '--workspace' : (manifestName[member as keyof typeof manifestName] ?? member)
  return value === undefined ? `${name} ${fault}.` : `${name}: ${JSON.stringify(value)} ${fault}.`
}

/** The old value and the new one; of a list only the items that differ. */
function changeWords({ member, before, after, stops }: PlannedChange): string {
  const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value])
  const goes = list(before).filter(one => !list(after).includes(one))
  const comes = list(after).filter(one => !list(before).includes(one))
  return [
    manifestName[member],
    ...goes.map(one => `  - ${JSON.stringify(one)}`),
    ...comes.map(one => `  + ${JSON.stringify(one)}`),
    ...(stops ? [`  ${stops}`] : []),
  ].join('\n')
}

function optionId(text: string | undefined, name: string): Connection['id'] | null {
  if (text === undefined) return null
  const id = readUuid(text)
  if (id === null) throw new UsageError(`${name} is no UUID: ${JSON.stringify(text)} (see --help)`)
  return id
}
