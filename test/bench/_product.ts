import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from '../../src/root.ts'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'

/** The whole product, as `npm start` runs it, in a process of its own, so that the load generator takes none of its time. `build`: another checkout. */
export async function startProduct(
  databaseUrl: string,
  redisUrl: string,
  env: Record<string, string> = {},
  build: string = root,
) {
  const [port, folder] = await Promise.all([freePort(), mkdtemp(path.join(tmpdir(), 'latchkey-bench-'))])
  const base = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [...(await startFlags(build)), 'src/cli.ts', 'start'], {
    cwd: build,
    env: {
      ...process.env,
      ...{ PORT: `${port}`, ISSUER: base, DATABASE_URL: databaseUrl, REDIS_URL: redisUrl },
      ...{ DATA_DIR: folder, DEMO: 'false', LOG_LEVEL: 'silent' },
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  for (let ready = false; !ready; ) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`)
    await new Promise(resolve => setTimeout(resolve, 50))
    ready = await fetch(`${base}/readyz`).then(
      answer => answer.ok,
      () => false,
    )
  }
  return {
    base,
    port,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM')
      await gone
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** How `npm start` runs Node, and the image too. */
async function startFlags(build: string): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(path.join(build, 'package.json'), 'utf8')) as {
    scripts: { start: string }
  }
  return scripts.start.split(' ').filter(part => part.startsWith('--'))
}
