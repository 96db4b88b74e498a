import { Command } from 'commander'
import { newCommand, outputOf } from './command.ts'
import { notThere, readId, unknown } from './ids.ts'
import { noDatabase, withStores } from './stores.ts'

export function installationCommand(): Command {
  return new Command('installation')
    .description('list and revoke installations')
    .addCommand(listCommand())
    .addCommand(revokeCommand())
}

function listCommand(): Command {
  return newCommand('list', 'list installations, newest first')
    .option('--workspace <id>', 'in this workspace')
    .option('--connection <id>', 'of this connection')
    .action(async (options: { workspace?: string; connection?: string; json?: boolean }) => {
      const workspaceId = options.workspace === undefined ? null : readId(options.workspace, '--workspace')
      const connectionId =
        options.connection === undefined ? null : readId(options.connection, '--connection')
      let none = 'Nothing is installed.'
      const rows = await withStores(
        async stores => {
          const [{ listInstallations }, { poolOf }] = await Promise.all([
            import('../storage/postgres/queries/cli/installations.ts'),
            import('../storage/postgres/pool.ts'),
          ])
          return listInstallations(poolOf(stores.database), { workspaceId, connectionId })
        },
        folder => {
          none = `Nothing is installed: ${noDatabase(folder)}.`
          return []
        },
      )
      outputOf(options).answer(
        rows,
        rows.length === 0
          ? none
          : rows
              .map(
                row =>
                  `${row.id}  ${row.state.padEnd(9)}  ${row.connection.name} in ${row.workspace.name}` +
                  `${row.user ? `, by ${row.user.email}` : ''}, ${row.pages} ${row.pages === 1 ? 'page' : 'pages'}`,
              )
              .join('\n'),
      )
    })
}

function revokeCommand(): Command {
  return newCommand('revoke', 'disconnect an installation; its tokens are invalid when this returns')
    .argument('<id>', 'its id, the bot_id that the partner stores')
    .action(async (text: string, options: { json?: boolean }) => {
      const id = readId(text)
      const outcome = await withStores(
        async stores => {
          const [{ workspaceOfInstallation }, { poolOf }, { disconnectByOperator }] = await Promise.all([
            import('../storage/postgres/queries/cli/installations.ts'),
            import('../storage/postgres/pool.ts'),
            import('../compose/directory.ts'),
          ])
          const workspaceId = await workspaceOfInstallation(poolOf(stores.database), id)
          return workspaceId
            ? disconnectByOperator(stores.database, workspaceId, id)
            : { kind: 'unknown' as const }
        },
        notThere(id, 'installation'),
      )
      if (outcome.kind === 'unknown' || outcome.kind === 'refused') throw unknown(id, 'installation')
      outputOf(options).answer(
        { id, state: 'revoked' },
        outcome.kind === 'already' ? 'It was revoked before.' : 'It is revoked.',
      )
    })
}
