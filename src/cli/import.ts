import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ImportProgress } from '../storage/postgres/directory/import.ts'
import { CliError, newCommand, outputOf } from './command.ts'
import { withStores } from './stores.ts'

export function importCommand(): Command {
  return newCommand(
    'import',
    'import users, workspaces, members and pages from NDJSON; every line is an upsert',
  )
    .argument('<file>', 'a file, or - for standard input')
    .addHelpText('after', format)
    .action(async (file: string, options: { json?: boolean }) => {
      const output = outputOf(options)
      const input = file === '-' ? process.stdin : await openFile(file)
      const [{ importDirectory }, { importNeeds }] = await Promise.all([
        import('../storage/postgres/directory/import.ts'),
        import('../compose/directory.ts'),
      ])
      const progress = process.stderr.isTTY && !output.json ? progressLine() : null
      const begun = performance.now()
      const result = await withStores(stores =>
        stores.unhurried(database =>
          importDirectory({ ...importNeeds(database), onProgress: progress?.tell }, input),
        ),
      ).finally(() => progress?.clear())
      const seconds = (performance.now() - begun) / 1000
      const { user, workspace, member, page } = result.changed
      const { ownerless } = result
      output.answer(
        {
          lines: result.lines,
          changed: { users: user, workspaces: workspace, members: member, pages: page },
          ...(ownerless.length > 0 ? { without_owner: ownerless } : {}),
        },
        `Read ${count(result.lines, 'line')} in ${seconds.toFixed(1)} s; new or changed: ` +
          `${count(user, 'user')}, ${count(workspace, 'workspace')}, ${count(member, 'member')}, ${count(page, 'page')}.` +
          ownerless
            .map(one => `\n${one.name} (${one.id}) has no owner now: no one can manage its connections.`)
            .join(''),
      )
    })
}

const format = `
The file has one JSON object a line, in any order. Ids are UUIDs, or your own as external ids (below). These four may be pasted:

{"kind":"user","id":"00000000-0000-4000-8000-000000000001","email":"you@example.test","name":"You","password":"choose one"}
{"kind":"workspace","id":"00000000-0000-4000-8000-000000000002","name":"Example","icon":"🏔️","plan":"free"}
{"kind":"member","workspace_id":"00000000-0000-4000-8000-000000000002","user_id":"00000000-0000-4000-8000-000000000001","role":"owner"}
{"kind":"page","id":"00000000-0000-4000-8000-000000000003","workspace_id":"00000000-0000-4000-8000-000000000002","parent_id":null,"title":"Roadmap"}

user       also "avatar_url", "disabled": true
workspace  "plan" is free, plus, business or enterprise
member     "role" is owner, member or guest; "removed": true takes the member out
page       also "icon", "type": "database", "archived": true; on pages without a parent "private_to": [user ids]

Every line may have "seq", a number of your own for feeds (POST /v1/directory).

Your own ids are text: "external_id" in place of "id", and "workspace_external_id", "user_external_id" and "parent_external_id" in
place of the others; in "private_to", {"user_external_id": "17"}. They are unique per kind, for pages within their workspace. A
user may have both ids.`

async function openFile(file: string) {
  const found = await stat(file).catch(() => null)
  if (!found || found.isDirectory()) throw new CliError(`There is no file ${file}.`)
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
