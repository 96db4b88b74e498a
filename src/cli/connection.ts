import { Command } from 'commander'
import type { Stores } from '../compose/stores.ts'
import type { Connection } from '../installs/connection.ts'
import { newCommand, outputOf } from './command.ts'
import { applyCommand } from './connection-apply.ts'
import { createCommand } from './connection-create.ts'
import { shownConnection } from './connection-output.ts'
import { revokeSecretCommand, rotateSecretCommand } from './connection-secret.ts'
import { byOperator, idMeaning, notThere, readId, unknown } from './ids.ts'
import { noDatabase, withStores } from './stores.ts'

export function connectionCommand(): Command {
  return new Command('connection')
    .description('register and manage connections (the OAuth clients)')
    .addCommand(createCommand())
    .addCommand(applyCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(switchCommand('disable', 'stop its tokens, secrets and flows from the next request on'))
    .addCommand(switchCommand('enable', 'let it go on where it stopped'))
    .addCommand(rotateSecretCommand())
    .addCommand(revokeSecretCommand())
}

function listCommand(): Command {
  return newCommand('list', 'list every connection').action(async (options: { json?: boolean }) => {
    let none = 'No connection is registered.'
    const connections = await withStores<Connection[]>(
      async stores => (await storeOf(stores)).all(),
      folder => {
        none = `No connection is registered: ${noDatabase(folder)}.`
        return []
      },
    )
    outputOf(options).answer(
      connections.map(shownConnection),
      connections.length === 0
        ? none
        : connections
            .map(one => `${one.id}  ${one.kind}${one.disabled ? ', disabled' : ''}  ${one.name}`)
            .join('\n'),
    )
  })
}

function showCommand(): Command {
  return newCommand('show', 'show everything about one connection')
    .argument('<id>', idMeaning)
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const found = await withStores(stores => mustFind(stores, id), notThere(id))
      const document = shownConnection(found)
      outputOf(options).answer(
        document,
        Object.entries(document)
          .map(
            ([name, value]) =>
              `${name.padEnd(18)} ${Array.isArray(value) ? value.join(' ') : (value ?? '–')}`,
          )
          .join('\n'),
      )
    })
}

function switchCommand(verb: 'disable' | 'enable', description: string): Command {
  return newCommand(verb, description)
    .argument('<id>', idMeaning)
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const found = await withStores(async stores => {
        const { developerActions } = await import('../compose/developers.ts')
        const outcome = await developerActions(stores)[verb](byOperator(id))
        if (outcome.kind === 'unknown') throw unknown(id)
        return mustFind(stores, id)
      }, notThere(id))
      outputOf(options).answer(shownConnection(found), `${found.name} is ${verb}d.`)
    })
}

async function storeOf(stores: Stores) {
  const [{ connectionStore }, { poolOf }] = await Promise.all([
    import('../storage/postgres/stores/connections.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  return connectionStore(poolOf(stores.database))
}

async function mustFind(stores: Stores, id: string): Promise<Connection> {
  const found = await (await storeOf(stores)).byId(id)
  if (!found) throw unknown(id)
  return found
}
