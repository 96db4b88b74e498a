import { Command } from 'commander'
import type { Connection } from '../installs/connection.ts'
import { readUuid } from '../installs/ids.ts'
import type { Stores } from '../stores.ts'
import { BadUsage, Fault, newCommand, outputOf } from './command.ts'
import { applyCommand } from './connection-apply.ts'
import { createCommand } from './connection-create.ts'
import { shownConnection } from './shown.ts'
import { withStores } from './stores.ts'

export function connectionCommand(): Command {
  return new Command('connection')
    .description('register and look after connections (the OAuth clients)')
    .addCommand(createCommand())
    .addCommand(applyCommand())
    .addCommand(listCommand())
    .addCommand(showCommand())
    .addCommand(switchCommand('disable', 'stop its tokens, secrets and flows from the next request on'))
    .addCommand(switchCommand('enable', 'let it go on where it stopped'))
    .addCommand(rotateSecretCommand())
}

function listCommand(): Command {
  return newCommand('list', 'every connection').action(async (options: { json?: boolean }) => {
    const connections = await withStores(async stores => (await storeOf(stores)).all())
    outputOf(options).answer(
      connections.map(shownConnection),
      connections.length === 0
        ? 'No connection is registered.'
        : connections
            .map(one => `${one.id}  ${one.kind}${one.disabled ? ', disabled' : ''}  ${one.name}`)
            .join('\n'),
    )
  })
}

function showCommand(): Command {
  return newCommand('show', 'one connection, whole')
    .argument('<id>')
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const found = await withStores(stores => mustFind(stores, id))
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
    .argument('<id>')
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const found = await withStores(async stores => {
        const { developerActions } = await import('../developer-hub.ts')
        const outcome = await developerActions(stores)[verb](byOperator(id))
        if (outcome.kind === 'unknown') throw unknown(id)
        return mustFind(stores, id)
      })
      outputOf(options).answer(shownConnection(found), `${found.name} is ${verb}d.`)
    })
}

function rotateSecretCommand(): Command {
  return newCommand('rotate-secret', 'make another client secret; the one in use goes on until it is revoked')
    .argument('<id>')
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const rotated = await withStores(async stores => {
        const { developerActions } = await import('../developer-hub.ts')
        return developerActions(stores).rotate(byOperator(id))
      })
      if (rotated.kind === 'unknown') throw unknown(id)
      if (rotated.kind === 'refused')
        throw new Fault(
          rotated.code === 'two-secrets'
            ? 'It has two secrets already; revoke one of them first, in the developer hub.'
            : 'A public or internal connection has no client secret.',
        )
      outputOf(options).answer(
        { id, client_id: id, client_secret: rotated.secret },
        `client_secret  ${rotated.secret}\nKeep it now: it is not shown again.`,
      )
    })
}

const byOperator = (connectionId: string) => ({ connectionId, userId: null, address: null, requestId: null })
const unknown = (id: string) => new Fault(`There is no connection ${id}.`)

async function storeOf(stores: Stores) {
  const [{ connectionStore }, { poolOf }] = await Promise.all([
    import('../storage/postgres/connections.ts'),
    import('../storage/postgres/pool.ts'),
  ])
  return connectionStore(poolOf(stores.database))
}

async function mustFind(stores: Stores, id: string): Promise<Connection> {
  const found = await (await storeOf(stores)).byId(id)
  if (!found) throw unknown(id)
  return found
}

export function readId(text: string, what = 'The id'): string {
  const id = readUuid(text)
  if (id === null) throw new BadUsage(`${what} is no UUID: ${JSON.stringify(text)} (see --help)`)
  return id
}
