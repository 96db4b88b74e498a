import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { latchkey } from '../support/command.ts'

// Each of these starts a database, some several.
jest.setTimeout(240_000)

let dataDir: string
let port: number
let env: Record<string, string>
let running: ChildProcess | null = null

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'latchkey-start-'))
  port = await freePort()
  env = { PATH: process.env.PATH!, DATA_DIR: dataDir, PORT: `${port}`, LOG_LEVEL: 'silent' }
})
afterEach(async () => {
  await stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** Starts it and waits for its first words, which it says when it is ready. */
async function start(
  more: Record<string, string> = {},
  [command, ...args]: [string, ...string[]] = [process.execPath, 'src/cli.ts', 'start'],
): Promise<string> {
  const child = spawn(command, args, {
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running = child
  return new Promise((resolve, reject) => {
    child.once('exit', code => reject(new Error(`it ended with ${code}`)))
    child.stdout.setEncoding('utf8').once('data', resolve)
  })
}

async function stop(): Promise<number | null> {
  const child = running
  running = null
  if (!child || child.exitCode !== null) return child?.exitCode ?? null
  child.removeAllListeners('exit')
  const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
  child.kill('SIGTERM')
  return ended
}

const status = async (place: string) => (await fetch(`http://127.0.0.1:${port}${place}`)).status
const runs = () =>
  readFile(path.join(dataDir, 'postgres', 'postmaster.pid')).then(
    () => true,
    () => false,
  )
const run = (...args: string[]) => latchkey(args, env)

describe('latchkey start with nothing configured', () => {
  it('says where to look and how to sign in, serves, and finds everything again after a stop', async () => {
    const words = await start()
    for (const word of [
      `http://localhost:${port}`,
      '/demo-partner',
      'latchkey-demo',
      'ada@acme.test',
      'gus@acme.test',
    ])
      expect(words).toContain(word)
    expect([await status('/healthz'), await status('/readyz'), await status('/sign-in')]).toEqual([
      200, 200, 200,
    ])
    expect(await status('/demo-partner')).toBe(200)

    const create = ['connection', 'create', '--name', 'Beside', '--redirect-uri', 'https://beside.test/cb']
    const made = await run(...create, '--capabilities', 'read_content', '--json')
    expect(made.code).toBe(0)
    const { id } = made.json() as { id: string }
    expect((await run('doctor')).code).toBe(0)

    // Node hears two signals of one kind as one, unless it has taken up the first.
    running!.kill('SIGTERM')
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(await stop()).toBe(0)
    expect(await runs()).toBe(false)
    const listed = (await run('connection', 'list', '--json')).json() as { id: string; name: string }[]
    expect(listed.map(one => one.name)).toEqual([
      ...['GitHub', 'Jira', 'Slack', 'Asana', 'Trello', 'Relay Automations', 'Acme Reporter', 'Beside'],
    ])
    // The command started the database for itself, and stopped it again.
    expect(await runs()).toBe(false)

    port = await freePort()
    env.PORT = `${port}`
    expect(await start()).toContain(`http://localhost:${port}`)
    const again = (await run('connection', 'list', '--json')).json() as {
      id: string
      redirect_uris: string[]
    }[]
    expect(again.map(one => one.id)).toContain(id)
    expect(again).toHaveLength(8)
    const relay = again.find(one => one.redirect_uris.some(uri => uri.endsWith('/demo-partner/callback')))
    expect(relay?.redirect_uris).toContain(`http://localhost:${port}/demo-partner/callback`)
  })

  it('has a demo to look at: two workspaces, some sixty pages up to five deep, some private', async () => {
    await start()
    const again = await run('import', 'config/demo/pages.ndjson', '--json')
    expect(again.json()).toMatchObject({ changed: { users: 0, workspaces: 0, members: 0, pages: 0 } })
    const lines = (await readFile('config/demo/pages.ndjson', 'utf8'))
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const parents = new Map(lines.map(line => [line.id, line.parent_id]))
    const depth = (id: string): number => (parents.get(id) ? depth(parents.get(id)) + 1 : 1)
    expect(lines.length).toBeGreaterThan(55)
    expect(Math.max(...lines.map(line => depth(line.id)))).toBe(5)
    expect(lines.filter(line => line.private_to).length).toBeGreaterThan(2)
    expect(new Set(lines.map(line => line.workspace_id)).size).toBe(2)
    expect(lines.every(line => line.icon && line.title)).toBe(true)
  })

  it('goes without the demo where DEMO says so, and ends with the npm that began it', async () => {
    const words = await start({ DEMO: 'false', HOME: dataDir }, ['npm', 'start', '--silent'])
    expect(words).toContain(`http://localhost:${port}`)
    expect(words).not.toContain('latchkey-demo')
    expect((await run('connection', 'list')).out).toContain('No connection')
    expect(await stop()).toBe(0)
    expect(await runs()).toBe(false)
  })

  it('keeps the database for whoever is left, whichever of two processes ends first', async () => {
    const slow = latchkey(
      ['import', '-', '--json'],
      env,
      '{"kind":"workspace","id":"00000000-0000-4000-8000-000000000001","name":"W","plan":"free"}\n',
    )
    await start()
    expect((await slow).code).toBe(0)
    expect(await status('/readyz')).toBe(200)
    expect(await stop()).toBe(0)
    expect(await runs()).toBe(false)
  })

  it('leaves no database running when a command is stopped in its middle', async () => {
    const child = spawn(process.execPath, ['src/cli.ts', 'import', '-'], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const ended = new Promise(resolve => child.once('exit', resolve))
    while (!(await runs())) await new Promise(resolve => setTimeout(resolve, 50))
    // It waits for standard input, which does not end, once its session is open.
    await new Promise(resolve => setTimeout(resolve, 3_000))
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(await runs()).toBe(false)
  })

  it('says in one sentence that the port is in use, and leaves no database running', async () => {
    const other = createServer().listen(port, '127.0.0.1')
    const ended = await run('start')
    await new Promise(resolve => other.close(resolve))
    expect(ended.err).toMatch(new RegExp(`^latchkey: Port ${port} of 127\\.0\\.0\\.1 is in use.*PORT.*\\n$`))
    expect([ended.code, ended.out]).toEqual([1, ''])
    expect(await runs()).toBe(false)
  })

  it('leaves no database running when its keys are of no use', async () => {
    const keys = path.join(dataDir, 'keys.json')
    await writeFile(keys, '{"keys":[]}')
    const refused = await latchkey(['start'], { ...env, SIGNING_KEYS: keys })
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('latchkey keys rotate')
    expect(await runs()).toBe(false)
  })
})

describe('bin/latchkey.cjs', () => {
  /** A Node that strips no types, like Node 20. */
  const older = [process.execPath, '--no-experimental-strip-types'] as const

  it('is the program that npx runs, and gives the command to a newer Node where this one is too old', async () => {
    const { bin } = JSON.parse(await readFile('package.json', 'utf8'))
    expect(bin).toEqual({ latchkey: 'bin/latchkey.cjs' })
    const listed = (file: string, ...flags: string[]) =>
      new Promise(resolve =>
        execFile(process.execPath, [...flags, file, 'keys', 'list', '--json'], { env }, (error, out) =>
          resolve([error?.code ?? 0, out]),
        ),
      )
    expect(await listed(bin.latchkey, ...older.slice(1))).toEqual([0, '[]\n'])
    expect(await listed(bin.latchkey)).toEqual([0, '[]\n'])
    expect(await listed('src/cli.ts')).toEqual([0, '[]\n'])
  })

  it('passes on a request to stop, and ends with the exit code of the server', async () => {
    await start({ DEMO: 'false' }, [...older, 'bin/latchkey.cjs', 'start'])
    expect(await stop()).toBe(0)
    expect(await runs()).toBe(false)
  })
})
