import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { freePort } from '../src/storage/postgres/embedded/server.ts'
import { cloneDatabase } from './support/database.ts'
import { ownRedisUrl } from './support/server.ts'

const read = (file: string) => readFileSync(file, 'utf8')
const manifest = JSON.parse(read('package.json')) as {
  dependencies: Record<string, string>
}

async function sources(): Promise<{ file: string; text: string }[]> {
  const files = (await readdir('src', { recursive: true })).filter(file => file.endsWith('.ts'))
  return Promise.all(
    files.map(async name => ({ file: `src/${name}`, text: await readFile(`src/${name}`, 'utf8') })),
  )
}

/** The instructions of the Dockerfile's last stage, continued lines joined. */
function lastStage(): { instruction: string; rest: string }[] {
  const lines = read('Dockerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
  const stages = lines.map((line, at) => (line.startsWith('FROM ') ? at : -1)).filter(at => at >= 0)
  expect(stages.length).toBeGreaterThan(1)
  return lines.slice(stages.at(-1)!).map(line => {
    const [instruction = '', ...rest] = line.split(' ')
    return { instruction, rest: rest.join(' ') }
  })
}
const instructions = (name: string) =>
  lastStage()
    .filter(line => line.instruction === name)
    .map(line => line.rest)
/** Files from the checkout, rather than from another stage. */
const copied = () =>
  instructions('COPY')
    .filter(rest => !rest.startsWith('--from'))
    .map(rest => rest.split(' ')[0]!)

describe('the variables', () => {
  it('are the same in the code and in config/example.env', () => {
    const config = read('src/config.ts') + read('src/login-config.ts') + read('src/mail-config.ts')
    const known = new Set(
      [...config.matchAll(/\benv\.([A-Z_]+)|\bread(?:<[^(]*>)?\(\s*'([A-Z_]+)'/g)].map(
        found => found[1] ?? found[2]!,
      ),
    )
    const example = [...read('config/example.env').matchAll(/^#?([A-Z_]+)=/gm)].map(found => found[1]!)
    const sorted = [...known].sort()
    expect(sorted.length).toBeGreaterThan(10)
    expect([...example].sort()).toEqual(sorted)
  })

  it('each have a sentence of their own in config/example.env', () => {
    const paragraphs = read('config/example.env').trim().split(/\n\n+/)
    for (const paragraph of paragraphs.slice(1)) {
      expect(paragraph).toMatch(/^# [^\n]+\.$/m)
      expect(paragraph).toMatch(/^#[A-Z_]+=/m)
    }
  })

  it('that compose passes on are known', () => {
    const passed = [...read('config/compose.yaml').matchAll(/^ {4}([A-Z_]+): /gm)].map(found => found[1]!)
    const example = [...read('config/example.env').matchAll(/^#?([A-Z_]+)=/gm)].map(found => found[1]!)
    expect(passed.length).toBeGreaterThan(8)
    expect(passed.filter(name => !example.includes(name))).toEqual([])
  })
})

type Locked = { integrity?: string; resolved?: string; link?: boolean; hasInstallScript?: boolean }

describe('the lock file', () => {
  it('brings no install script that package.json does not allow by name', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Locked> }
    const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript)
    const names = scripted.map(([folder]) => folder.replace(/^.*node_modules\//, ''))
    const { allowScripts } = JSON.parse(read('package.json')) as { allowScripts: Record<string, boolean> }
    expect(Object.keys(allowScripts).sort()).toEqual(names.sort())
  })

  it('is written by npm for every platform: each package with its hash, none with an address', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as {
      packages: Record<string, Locked>
    }
    const installed = Object.entries(packages).filter(([folder, entry]) => folder !== '' && !entry.link)
    expect(installed.length).toBeGreaterThan(300)
    const named = (wrong: typeof installed) => wrong.map(([folder]) => folder)
    expect(named(installed.filter(([, { integrity }]) => !integrity?.startsWith('sha512-')))).toEqual([])
    expect(named(installed.filter(([, entry]) => entry.resolved))).toEqual([])
  })
})

describe('compose', () => {
  it('migrates before it serves, on stores that are ready', () => {
    const text = read('config/compose.yaml')
    const service = (name: string) =>
      text.match(new RegExp(`\\n {2}${name}:\\n((?: {4}.*\\n|\\n)+)`))?.[1] ?? ''
    expect(service('migrate')).toContain('["node", "src/cli.ts", "migrate"]')
    expect(service('migrate')).toMatch(/postgres:\s+condition: service_healthy/)
    expect(service('latchkey')).toMatch(/migrate:\s+condition: service_completed_successfully/)
    expect(service('latchkey')).toMatch(/redis:\s+condition: service_healthy/)
    for (const store of ['postgres', 'redis']) expect(service(store)).toContain('healthcheck:')
  })
})

describe('the image', () => {
  it('runs as nobody, on a Node that runs the sources', () => {
    expect(instructions('USER')).toEqual(['nobody'])
    expect(instructions('FROM')[0]).toMatch(/^node:24/)
  })

  it('holds every folder that the sources look into', async () => {
    const folders = new Set(
      (await sources()).flatMap(({ text }) =>
        [...text.matchAll(/path\.join\(root, '([\w-]+)'/g)].map(found => found[1]!),
      ),
    )
    expect([...folders].sort()).toEqual(['config', 'migrations', 'public', 'views'])
    expect(copied()).toEqual(expect.arrayContaining([...folders, 'src', 'package.json']))
  })

  it('has every package that the sources import among the dependencies', async () => {
    // Type imports are gone when it runs; the embedded PostgreSQL is of development, and asked for by a computed name.
    const imported = (await sources()).flatMap(({ file, text }) =>
      [
        ...text.matchAll(
          /^(?:import (?!type )(?:[^'\n]*from )?|\} from )'([^']+)'|\b(?:import|resolve)\('([^']+)'/gm,
        ),
      ]
        .map(found => found[1] ?? found[2]!)
        .filter(name => !name.startsWith('.') && !name.startsWith('node:'))
        .map(name => ({ file, name: name.split('/', name.startsWith('@') ? 2 : 1).join('/') })),
    )
    expect(imported.length).toBeGreaterThan(20)
    const missing = imported.filter(({ name }) => !(name in manifest.dependencies))
    expect(missing).toEqual([])
  })

  it('starts with its own command from the files that it copies, and its health check says so', async () => {
    const image = mkdtempSync(path.join(tmpdir(), 'latchkey-image-'))
    for (const source of copied())
      cpSync(source, path.join(image, source), { recursive: true, verbatimSymlinks: true })
    symlinkSync(path.resolve('node_modules'), path.join(image, 'node_modules'))
    const [database, redisUrl, port] = await Promise.all([cloneDatabase(), ownRedisUrl(), freePort()])
    const env = {
      PATH: process.env.PATH,
      PORT: `${port}`,
      DATABASE_URL: database.url,
      REDIS_URL: redisUrl,
      DATA_DIR: path.join(image, 'data'),
      LOG_LEVEL: 'silent',
    }
    const [program, ...args] = JSON.parse(instructions('CMD')[0]!) as string[]
    const server = spawn(program!, args, { cwd: image, env, stdio: 'ignore' })
    const ended = new Promise<number | null>(resolve => server.once('exit', resolve))
    const [, check = ''] = /^(?:--\S+ )*CMD (\[.*\])$/.exec(instructions('HEALTHCHECK')[0]!) ?? []
    const [checker, ...checks] = JSON.parse(check) as string[]
    const healthy = () => spawnSync(checker!, checks, { cwd: image, env }).status === 0
    try {
      const deadline = Date.now() + 30_000
      while (!healthy() && Date.now() < deadline) await new Promise(resolve => setTimeout(resolve, 200))
      expect(healthy()).toBe(true)
      server.kill('SIGTERM')
      expect(await ended).toBe(0)
      expect(healthy()).toBe(false)
    } finally {
      server.kill('SIGKILL')
      await database.drop()
      rmSync(image, { recursive: true })
    }
  })
})

describe('the build', () => {
  it('is plain JavaScript that runs, with declarations for whoever embeds it', async () => {
    try {
      const built = spawnSync(process.execPath, ['scripts/build.ts'], { encoding: 'utf8' })
      expect(built.stdout + built.stderr).toMatch(/^Built dist/m)
      const help = spawnSync(process.execPath, ['--no-strip-types', 'dist/src/cli.js', '--help'], {
        encoding: 'utf8',
      })
      expect([help.status, help.stdout]).toEqual([0, expect.stringContaining('Usage: latchkey')])
      expect(read('dist/src/index.d.ts')).toContain('createInstallServer')
      const { dependencies, bin, exports } = JSON.parse(read('dist/package.json'))
      expect([dependencies, bin.latchkey, exports['.'].types]).toEqual([
        manifest.dependencies,
        'src/cli.js',
        './src/index.d.ts',
      ])
    } finally {
      await rm('dist', { recursive: true, force: true })
    }
  })
})
