/** The program `latchkey`: a file a command; each loads its stores only when it runs. */
import { Command, CommanderError } from 'commander'
import { adminCommand } from './admin.ts'
import { remark, sentenceOf, UsageError } from './command.ts'
import { connectionCommand } from './connection.ts'
import { doctorCommand } from './doctor.ts'
import { importCommand } from './import.ts'
import { installationCommand } from './installation.ts'
import { keysCommand } from './keys.ts'
import { migrateCommand } from './migrate.ts'
import { resourceCommand } from './resource.ts'
import { scimCommand } from './scim.ts'
import { startCommand } from './start.ts'
import { webhookCommand } from './webhook.ts'

/** Every command with its options; also read by the generator of docs/reference/commands.md. */
export function latchkeyProgram(): Command {
  return new Command('latchkey')
    .description('Partner connection installs: an OAuth 2.0 authorization server for workspaces and pages')
    .addCommand(startCommand())
    .addCommand(migrateCommand())
    .addCommand(importCommand())
    .addCommand(adminCommand())
    .addCommand(connectionCommand())
    .addCommand(installationCommand())
    .addCommand(resourceCommand())
    .addCommand(scimCommand())
    .addCommand(webhookCommand())
    .addCommand(keysCommand())
    .addCommand(doctorCommand())
}

/** Runs the command of this process's arguments and ends the process: 0 done, 1 refused or failed, 2 bad usage. */
export async function runProgram(): Promise<void> {
  const program = latchkeyProgram()
  strict(program)
  // A closed pipe (`latchkey … | head`) is no error.
  process.stdout.on('error', () => process.exit(0))
  try {
    await program.parseAsync()
  } catch (error) {
    process.exitCode = exitCodeOf(error)
  }
  // Exits once standard output is flushed: a store that still tries to reconnect must not keep the process alive.
  process.stdout.write('', () => process.exit())
}

/** Makes commander throw instead of printing and exiting, for the program and every command below it. */
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
