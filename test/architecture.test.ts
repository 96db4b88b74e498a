import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'

type Import = { file: string; target: string; isType: boolean }

/** Every import of every source file, relative ones resolved to paths from the project's root. */
async function readImports(): Promise<Import[]> {
  const files = (await readdir('src', { recursive: true })).filter(file => file.endsWith('.ts'))
  const lists = await Promise.all(
    files.map(async name => {
      const file = path.join('src', name)
      const text = await readFile(file, 'utf8')
      const found = text.matchAll(/(import type[^'"]*?)?(?:from|import)\s*\(?\s*'([^']+)'/g)
      return [...found].map(([, type, target]) => ({
        file,
        target: target!.startsWith('.') ? path.join(path.dirname(file), target!) : target!,
        isType: type !== undefined,
      }))
    }),
  )
  return lists.flat()
}

/** A folder of `src/`, or a file beside them. */
const roomOf = (file: string) => file.split('/')[1]!
const folders = async () =>
  (await readdir('src', { withFileTypes: true })).filter(one => one.isDirectory()).map(one => one.name)

/**
 * Every folder and the folders that it may import, from the composition down to the domain, which imports none of them. `storage`
 * implements the ports of `web`, `api` and `oidc`: it imports their types, and only from files that hold types alone.
 */
const mayImport: Record<string, readonly string[]> = {
  'cli.ts': ['cli'],
  'index.ts': ['app.ts', 'server.ts', 'config.ts', 'compose', 'storage'],
  cli: [
    ...['app.ts', 'server.ts', 'config.ts', 'root.ts'],
    ...['compose', 'storage', 'oidc', 'installs', 'manifest', 'outbound'],
  ],
  'server.ts': ['app.ts', 'oidc'],
  metrics: [],
  'app.ts': [
    'compose',
    'config.ts',
    'client-address.ts',
    'cors.ts',
    'metrics',
    'request-log.ts',
    'koa-query-patch.ts',
    'storage',
  ],
  compose: [
    ...['web', 'api', 'oidc', 'storage', 'installs', 'demo', 'logos', 'playground'],
    ...['outbound', 'dpop', 'webhooks', 'scim', 'mail'],
    ...['config.ts', 'root.ts', 'secret-keys.ts', 'passwords.ts', 'request-log.ts'],
  ],
  storage: ['installs', 'web', 'api', 'oidc', 'scim'],
  web: ['installs', 'login-config.ts', 'manifest', 'root.ts'],
  api: ['installs', 'dpop'],
  oidc: ['installs', 'web', 'dpop'],
  demo: ['installs', 'root.ts'],
  dpop: [],
  'resource.ts': [],
  outbound: [],
  webhooks: ['installs'],
  scim: ['installs'],
  mail: ['installs'],
  playground: [],
  logos: [],
  manifest: ['installs'],
  installs: [],
  'request-log.ts': ['config.ts', 'storage'],
  'secret-keys.ts': [],
  'config.ts': ['client-address.ts', 'login-config.ts', 'mail-config.ts', 'storage'],
  'login-config.ts': [],
  'mail-config.ts': [],
  'client-address.ts': [],
  'cors.ts': [],
  'passwords.ts': [],
  'koa-query-patch.ts': [],
  'root.ts': [],
}

/** Imports by type alone, and the files that they may name. */
const byTypeAlone: { from: string; to: string; file: RegExp }[] = [
  { from: 'storage', to: 'web', file: /\b(readings|ports|interactions)\.ts$/ },
  { from: 'storage', to: 'api', file: /\b(readings|ports)\.ts$/ },
  { from: 'storage', to: 'oidc', file: /\bports\.ts$/ },
  { from: 'oidc', to: 'web', file: /install\/interactions\.ts$/ },
  { from: 'web', to: 'login-config.ts', file: /login-config\.ts$/ },
]

/** Packages that only this folder may use; all other packages are free. */
const packagesOf: Record<string, readonly string[]> = { installs: ['node:crypto', 'node:zlib', 'uuid'] }

describe('the layers', () => {
  it('are all listed, and nothing that is listed is gone', async () => {
    const rooms = new Set((await readImports()).map(({ file }) => roomOf(file)))
    for (const folder of await folders()) rooms.add(folder)
    for (const file of (await readdir('src')).filter(one => one.endsWith('.ts'))) rooms.add(file)
    expect(Object.keys(mayImport).toSorted()).toEqual([...rooms].toSorted())
  })

  it('import one another only where the table says so', async () => {
    const strangers = (await readImports()).filter(({ file, target, isType }) => {
      if (!target.startsWith('src/') || roomOf(target) === roomOf(file)) return false
      if (!mayImport[roomOf(file)]?.includes(roomOf(target))) return true
      const narrow = byTypeAlone.find(({ from, to }) => from === roomOf(file) && to === roomOf(target))
      return narrow !== undefined && !(isType && narrow.file.test(target))
    })
    expect(strangers).toEqual([])
  })

  it('keep the domain free of everything but ids, hashes and checksums', async () => {
    const strangers = (await readImports()).filter(
      ({ file, target }) =>
        !target.startsWith('src/') && packagesOf[roomOf(file)]?.includes(target) === false,
    )
    expect(strangers).toEqual([])
  })

  it('have no file that leads back to itself, by types neither', async () => {
    const imports = Map.groupBy(await readImports(), ({ file }) => file)
    const circles = new Set<string>()
    const done = new Set<string>()
    const follow = (file: string, way: string[]) => {
      const begun = way.indexOf(file)
      if (begun >= 0) circles.add([...way.slice(begun), file].join(' → '))
      if (begun >= 0 || done.has(file)) return
      for (const { target } of imports.get(file) ?? []) follow(target, [...way, file])
      done.add(file)
    }
    for (const file of imports.keys()) follow(file, [])
    expect([...circles]).toEqual([])
  })

  it('have one importer of oidc-provider and one reader of the environment', async () => {
    const importers = (await readImports()).filter(({ target }) => target.startsWith('oidc-provider'))
    expect(importers.filter(({ file }) => roomOf(file) !== 'oidc')).toEqual([])
    const files = (await readdir('src', { recursive: true })).filter(file => file.endsWith('.ts'))
    const readers: string[] = []
    for (const file of files)
      if ((await readFile(path.join('src', file), 'utf8')).includes('process.env')) readers.push(file)
    expect(readers).toEqual(['config.ts'])
  })
})
