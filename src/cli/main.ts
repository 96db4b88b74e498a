/** latchkey <command>. Each command is a file of its own and loads what it needs when it is called. */
import { Command, CommanderError } from 'commander'
import { remark, sentenceOf, UsageError } from './command.ts'
import { connectionCommand } from './connection.ts'
import { doctorCommand } from './doctor.ts'
import { importCommand } from './import.ts'
import { installationCommand } from './installation.ts'
import { keysCommand } from './keys.ts'
import { migrateCommand } from './migrate.ts'
import { startCommand } from './start.ts'

const program = new Command('latchkey')
  .description('Partner connection installs: an OAuth 2.0 authorization server for workspaces and pages')
  .addCommand(startCommand())
  .addCommand(migrateCommand())
  .addCommand(importCommand())
  .addCommand(connectionCommand())
  .addCommand(installationCommand())
  .addCommand(keysCommand())
  .addCommand(doctorCommand())

strict(program)
// A reader that went away (`latchkey … | head`) is no fault of ours.
process.stdout.on('error', () => process.exit(0))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
}
// What is written but not yet read goes out first; a store that still tries to reconnect must not keep us here.
process.stdout.write('', () => process.exit())

/** Bad usage is one sentence and exit 2, for the program and every command below it. */
function strict(command: Command): void {
  command
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .allowExcessArguments(false)
  for (const below of command.commands) strict(below)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return 2
    remark(`${error.message.replace(/^error: /, '').replaceAll('\n', ' ')} (see --help)`)
    return 2
  }
  remark(sentenceOf(error))
  return error instanceof UsageError ? 2 : 1
}
