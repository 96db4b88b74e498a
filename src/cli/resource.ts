/** The APIs of others for which tokens are issued (RFC 8707), each of one resource server. */
import { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import { readConfig } from '../config.ts'
import { canonicalResource, isOurs } from '../installs/resource.ts'
import { CliError, newCommand, outputOf, UsageError } from './command.ts'
import { notThere, readId, unknown } from './ids.ts'
import { noDatabase, withStores } from './stores.ts'

export function resourceCommand(): Command {
  return new Command('resource')
    .description('add, list and remove the APIs of others for which tokens are issued')
    .addCommand(addCommand())
    .addCommand(listCommand())
    .addCommand(removeCommand())
}

type Options = { connection: string; json?: boolean }

function addCommand(): Command {
  return newCommand(
    'add',
    'let clients ask for tokens for this API; its resource server alone sees them in force',
  )
    .argument('<url>', 'its address, as clients name it in the parameter resource')
    .requiredOption('--connection <id>', 'its resource server')
    .action(async (text: string, options: Options) => {
      const url = readResource(text)
      if (isOurs(url, readConfig().issuer))
        throw new UsageError(`${url} is one of this server's own addresses, which need not be added`)
      const id = readId(options.connection, '--connection')
      const { kind } = await withStores(
        async stores => (await storeOf(stores)).add(url, id, new Date()),
        notThere(id),
      )
      if (kind === 'unknown') throw unknown(id)
      if (kind === 'taken') throw new CliError(`${url} belongs to another connection; remove it there first.`)
      if (kind === 'no-resource-server')
        throw new CliError(
          `The connection ${id} is no resource server; create one with "latchkey connection create --resource-server".`,
        )
      outputOf(options).answer(
        { resource: url, connection_id: id },
        `Clients may ask for tokens for ${url} from now on.`,
      )
    })
}

function listCommand(): Command {
  return newCommand('list', 'list the APIs that were added').action(async (options: { json?: boolean }) => {
    let none = 'No resource was added.'
    const resources = await withStores(
      async stores => (await storeOf(stores)).all(),
      folder => {
        none = `No resource was added: ${noDatabase(folder)}.`
        return []
      },
    )
    outputOf(options).answer(
      resources.map(({ url, connectionId, createdAt }) => ({
        resource: url,
        connection_id: connectionId,
        created_at: createdAt,
      })),
      resources.length === 0
        ? none
        : resources.map(one => `${one.url}  ${one.connectionId}  ${one.connectionName}`).join('\n'),
    )
  })
}

function removeCommand(): Command {
  return newCommand('remove', 'issue no more tokens for this API; those for it end with the next refresh')
    .argument('<url>', 'its address')
    .action(async (text: string, options: { json?: boolean }) => {
      const url = readResource(text)
      const absent = () => new CliError(`There is no resource ${url}.`)
      const removed = await withStores(
        async stores => (await storeOf(stores)).remove(url, new Date()),
        () => {
          throw absent()
        },
      )
      if (!removed) throw absent()
      outputOf(options).answer({ resource: url }, `No more tokens are issued for ${url}.`)
    })
}

/** @throws UsageError */
function readResource(text: string): string {
  const url = URL.parse(text)
  const canonical = canonicalResource(text)
  const shown = JSON.stringify(text)
  if (!url || canonical === null)
    throw new UsageError(`${shown} is no address of an API: https, without a user part and a fragment`)
  if (url.search) throw new UsageError(`${shown} has a query, which is no part of a resource`)
  if (url.protocol === 'http:' && !loopback.includes(url.hostname))
    throw new UsageError(
      `${shown} has http, which is for 127.0.0.1, [::1] and localhost; elsewhere use https`,
    )
  return canonical
}

const loopback = ['127.0.0.1', '[::1]', 'localhost']

async function storeOf(stores: Stores) {
  const [{ resourceStore }, { poolOf }] = await Promise.all([
    import('../storage/postgres/stores/resources.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  return resourceStore(poolOf(stores.database))
}
