/** npm run migration -- add-x: makes a migration file named after the moment, for its SQL to be written in. */
import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/**
 * @param name a verb and its object, such as `add-logo-hash`.
 * @returns the file, in `folder`.
 * @throws Error in one sentence when the name is bad or taken, or the clock is behind the newest migration.
 */
export function createMigration(folder: string, name: string, now: Date): string {
  if (!/^[a-z]+(-[a-z0-9]+)+$/.test(name))
    throw new Error(
      `A migration is named by a verb and its object in small letters, such as add-logo-hash; found ${JSON.stringify(name)}.`,
    )
  const others = readdirSync(folder).flatMap(file => /^(\d{13})-(.+)\.ts$/.exec(file)?.slice(1, 3) ?? [])
  if (others.includes(name))
    throw new Error(`There is a migration named ${name} already; choose another name.`)
  const time = now.getTime()
  const newest = Math.max(0, ...others.filter(part => /^\d{13}$/.test(part)).map(Number))
  if (time <= newest)
    throw new Error(
      `The clock says ${now.toISOString()}, which is not after the newest migration (${newest}): set it right first.`,
    )
  const file = path.join(folder, `${time}-${name}.ts`)
  writeFileSync(file, skeleton(name, time), { flag: 'wx' })
  return file
}

/** Its placeholders are no SQL, so that a migration that was left unwritten fails. */
function skeleton(name: string, time: number): string {
  const className = `${name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())}${time}`
  return `// TODO: why this change is needed.
import type { MigrationInterface, QueryRunner } from 'typeorm'

export class ${className} implements MigrationInterface {
  name = '${className}'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(\`
      TODO: the change
    \`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(\`
      TODO: the way back
    \`)
  }
}
`
}

if (import.meta.main) {
  try {
    const folder = path.resolve(import.meta.dirname, '../migrations')
    const file = createMigration(folder, process.argv.slice(2).join(' '), new Date())
    console.log(`Made ${path.relative(process.cwd(), file)}. Write its SQL, then: npm run schema`)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
  }
}
