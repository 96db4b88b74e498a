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
      const found = text.matchAll(/(?:(import type [^']*?)?\bfrom|import)\s*\(?\s*'([^']+)'/g)
      return [...found].map(([, type, target]) => ({
        file,
        target: target!.startsWith('.') ? path.join(path.dirname(file), target!) : target!,
        isType: type !== undefined,
      }))
    }),
  )
  return lists.flat()
}

const wings = ['web', 'api', 'oidc', 'storage', 'webhooks']
const wingOf = (file: string) => wings.find(wing => file.startsWith(`src/${wing}/`))

/** Whoever asks owns the type of the answer: the files that hold such types alone. */
const isPort = (file: string) => /^src\/(web|api|oidc)\/.*\b(readings|ports|interactions)\.ts$/.test(file)

describe('the house', () => {
  it('keeps the heart free of everything but ids, hashes and checksums', async () => {
    const strangers = (await readImports()).filter(
      ({ file, target }) =>
        file.startsWith('src/installs/') &&
        !target.startsWith('src/installs/') &&
        !['node:crypto', 'node:zlib', 'uuid'].includes(target),
    )
    expect(strangers).toEqual([])
  })

  it('lets no wing import another, except for the types of the ports that storage and the provider implement', async () => {
    const arrows = (await readImports()).filter(({ file, target, isType }) => {
      const [from, to] = [wingOf(file), wingOf(target)]
      if (from === undefined || to === undefined || from === to) return false
      const implementsPort =
        from === 'storage' || (from === 'oidc' && target === 'src/web/install/interactions.ts')
      return !(implementsPort && isType && isPort(target))
    })
    expect(arrows).toEqual([])
  })

  it('lets wings look down to the heart only, never up to those who assemble them', async () => {
    const up = (await readImports()).filter(
      ({ file, target }) =>
        wingOf(file) !== undefined && /^src\/[\w-]+\.ts$/.test(target) && target !== 'src/root.ts',
    )
    expect(up).toEqual([])
  })

  it('has no file that leads back to itself, by types neither', async () => {
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

  it('has one importer of oidc-provider and one reader of the environment', async () => {
    const importers = (await readImports()).filter(({ target }) => target.startsWith('oidc-provider'))
    expect(importers.filter(({ file }) => wingOf(file) !== 'oidc')).toEqual([])
    const files = (await readdir('src', { recursive: true })).filter(file => file.endsWith('.ts'))
    const readers: string[] = []
    for (const file of files)
      if ((await readFile(path.join('src', file), 'utf8')).includes('process.env')) readers.push(file)
    expect(readers).toEqual(['config.ts'])
  })
})
