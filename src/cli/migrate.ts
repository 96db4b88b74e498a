import { type Command, InvalidArgumentError } from 'commander'
import { readConfig } from '../config.ts'
import { newCommand, outputOf } from './command.ts'
import { tellWhereMade } from './stores.ts'

export function migrateCommand(): Command {
  return newCommand('migrate', 'bring the database schema up to date; safe to run on many hosts at once')
    .option('--down <number>', 'revert this many of the newest migrations instead', readCount)
    .action(async (options: { down?: number; json?: boolean }) => {
      const output = outputOf(options)
      const [{ openStores }, { migrate }] = await Promise.all([
        import('../compose/stores.ts'),
        import('../storage/postgres/migrate.ts'),
      ])
      const config = readConfig()
      const stores = await openStores(config)
      try {
        tellWhereMade(stores, config)
        const names = await migrate(stores.database, options.down ?? 0)
        const verb = options.down ? 'Took back' : 'Applied'
        output.answer(
          options.down ? { reverted: names } : { applied: names },
          names.length === 0 ? 'Nothing to do.' : names.map(name => `${verb} ${name}`).join('\n'),
        )
      } finally {
        await stores.close()
      }
    })
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('It must be a number from 1.')
  return Number(text)
}
