import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ImportProgress } from '../storage/postgres/directory/import.ts'
import { Fault, newCommand, outputOf } from './command.ts'
import { withStores } from './stores.ts'

export function importCommand(): Command {
  return newCommand('import', 'read users, workspaces, members and pages as NDJSON; every line is an upsert')
    .argument('<file>', 'a file, or - for standard input')
    .action(async (file: string, options: { json?: boolean }) => {
      const output = outputOf(options)
      const input = file === '-' ? process.stdin : await openFile(file)
      const [{ importDirectory }, { importNeeds }] = await Promise.all([
        import('../storage/postgres/directory/import.ts'),
        import('../directory.ts'),
      ])
      const progress = process.stderr.isTTY && !output.json ? progressLine() : null
      const begun = performance.now()
      const result = await withStores(stores =>
        importDirectory({ ...importNeeds(stores.database), onProgress: progress?.tell }, input),
      ).finally(() => progress?.clear())
      const seconds = (performance.now() - begun) / 1000
      const { user, workspace, member, page } = result.changed
      output.answer(
        {
          lines: result.lines,
          changed: { users: user, workspaces: workspace, members: member, pages: page },
        },
        `Read ${count(result.lines, 'line')} in ${seconds.toFixed(1)} s; new or changed: ` +
          `${count(user, 'user')}, ${count(workspace, 'workspace')}, ${count(member, 'member')}, ${count(page, 'page')}.`,
      )
    })
}

async function openFile(file: string) {
  const found = await stat(file).catch(() => null)
  if (!found || found.isDirectory()) throw new Fault(`There is no file ${file}.`)
  return createReadStream(file, { highWaterMark: 256 * 1024 })
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`
}

/** One line of the terminal, written over and over. */
function progressLine() {
  return {
    tell(progress: ImportProgress) {
      const text =
        progress.step === 'reading'
          ? `Reading: ${progress.lines.toLocaleString('en')} lines`
          : `Writing: ${progress.pages.toLocaleString('en')} of ${progress.of.toLocaleString('en')} pages`
      process.stderr.write(`\r\u001b[2K${text}`)
    },
    clear() {
      process.stderr.write('\r\u001b[2K')
    },
  }
}
