/**
 * `latchkey import` of a million pages in a thousand workspaces, ten levels deep, in an order in which many children come
 * before their parents; then the same file again, and a file that moves and archives.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { finished } from 'node:stream/promises'
import type { Bench } from './run.ts'

const workspaces = 1_000
const pagesPerWorkspace = Number(process.env.BENCH_PAGES ?? 1_000_000) / workspaces
const levels = 10

export async function run(bench: Bench): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-import-'))
  try {
    const [file, changes] = [path.join(folder, 'all.ndjson'), path.join(folder, 'changes.ndjson')]
    await write(file, directory())
    await write(changes, moves())
    const databaseUrl = await bench.databaseUrl()
    for (const [name, input] of [
      ['first import', file],
      ['the same file again', file],
      ['one page in a hundred moved, one archived', changes],
    ] as const) {
      const { seconds, residentMb, lines } = await importFile(databaseUrl, input)
      bench.figure(
        name,
        `${Math.round(lines / seconds).toLocaleString('en')} lines/s (${lines.toLocaleString('en')} in ` +
          `${seconds.toFixed(1)} s), ${residentMb} MB resident at most`,
      )
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The command as people run it, with the high-water mark of its resident memory. */
async function importFile(databaseUrl: string, file: string) {
  const begun = performance.now()
  const child = spawn(process.execPath, ['src/cli.ts', 'import', file, '--json'], {
    env: { ...process.env, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let residentMb = 0
  const watch = setInterval(async () => {
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
    residentMb = Math.max(residentMb, Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024))
  }, 100)
  let answer = ''
  child.stdout.on('data', chunk => {
    answer += chunk
  })
  const code = await new Promise(resolve => child.once('close', resolve))
  clearInterval(watch)
  if (code !== 0) throw new Error(`the import ended with ${code}`)
  const { lines } = JSON.parse(answer) as { lines: number }
  return { seconds: (performance.now() - begun) / 1000, residentMb, lines }
}

const words =
  'plan launch budget notes review design meeting customer release team guide weekly summer report draft market trail map north open first quarter hiring travel'.split(
    ' ',
  )
const id = (kind: number, workspace: number, page = 0) =>
  // Spread as random ids are, so that no index profits from an order that real ones do not have.
  `${hex(workspace * 2_654_435_761 + page * 40_503_017 + kind, 8)}-${hex(workspace, 4)}-4${hex(kind, 3)}-8${hex(page >>> 20, 3)}-${hex(page, 12)}`

function hex(number: number, digits: number): string {
  return (number % 2 ** 32).toString(16).padStart(digits, '0').slice(-digits)
}

let seed = 1
function random(below: number): number {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
  return Math.floor((seed / 2 ** 31) * below)
}

const parentOf = (page: number) =>
  page < 20 ? null : Math.max(Math.floor(page / (pagesPerWorkspace / 20) ** (1 / (levels - 1))) - 1, 0)

function title(): string {
  return Array.from({ length: 2 + random(4) }, () => words[random(words.length)]).join(' ')
}

function* directory() {
  yield { kind: 'user', id: id(1, 0), email: 'owner@bench.test', name: 'Owner' }
  for (let w = 0; w < workspaces; w++) {
    const pages = Array.from({ length: pagesPerWorkspace }, (_, page) => page)
    for (let at = pages.length - 1; at > 0; at--) {
      const other = random(at + 1)
      ;[pages[at], pages[other]] = [pages[other]!, pages[at]!]
    }
    for (const page of pages) yield pageLine(w, page, parentOf(page))
    yield { kind: 'member', workspace_id: id(2, w), user_id: id(1, 0), role: 'owner' }
    yield { kind: 'workspace', id: id(2, w), name: `Workspace ${w}`, icon: null, plan: 'free' }
  }
}

function* moves() {
  for (let w = 0; w < workspaces; w++)
    for (let page = 50; page < pagesPerWorkspace; page += 100) {
      yield pageLine(w, page, page % 20)
      yield { ...pageLine(w, page + 1, parentOf(page + 1)), archived: true }
    }
}

function pageLine(workspace: number, page: number, parent: number | null) {
  return {
    kind: 'page',
    id: id(3, workspace, page),
    workspace_id: id(2, workspace),
    parent_id: parent === null ? null : id(3, workspace, parent),
    title: title(),
    icon: null,
  }
}

async function write(file: string, lines: Iterable<object>): Promise<void> {
  const out = createWriteStream(file)
  let text = ''
  for (const line of lines) {
    text += `${JSON.stringify(line)}\n`
    if (text.length < 1_000_000) continue
    if (!out.write(text)) await once(out, 'drain')
    text = ''
  }
  out.end(text)
  await finished(out)
}
