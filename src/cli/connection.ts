import { Command } from 'commander'
import { newCommand, outputOf } from './command.ts'
import { createCommand } from './connection-create.ts'
import { shownConnection } from './shown.ts'
import { withStores } from './stores.ts'

export function connectionCommand(): Command {
  return new Command('connection')
    .description('register and look after connections (the OAuth clients)')
    .addCommand(createCommand())
    .addCommand(listCommand())
}

function listCommand(): Command {
  return newCommand('list', 'every connection').action(async (options: { json?: boolean }) => {
    const output = outputOf(options)
    const connections = await withStores(async stores => {
      const [{ connectionStore }, { poolOf }] = await Promise.all([
        import('../storage/postgres/connections.ts'),
        import('../storage/postgres/pool.ts'),
      ])
      return connectionStore(poolOf(stores.database)).all()
    })
    output.answer(
      connections.map(shownConnection),
      connections.length === 0
        ? 'No connection is registered.'
        : connections
            .map(one => `${one.id}  ${one.kind}${one.disabled ? ', disabled' : ''}  ${one.name}`)
            .join('\n'),
    )
  })
}
