/** The documentation names only files that are there. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from '@jest/globals'

const roots = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md']

async function pages(): Promise<{ file: string; text: string }[]> {
  const docs = (await readdir('docs', { recursive: true })).filter(name => name.endsWith('.md'))
  const files = [...roots, ...docs.map(name => path.join('docs', name))]
  return Promise.all(files.map(async file => ({ file, text: await readFile(file, 'utf8') })))
}

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-')

it('links to files and headings that exist', async () => {
  const broken: string[] = []
  let followed = 0
  for (const { file, text } of await pages())
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      followed++
      const [name = '', anchor] = target.split('#')
      const linked = name === '' ? file : path.join(path.dirname(file), name)
      const headings =
        existsSync(linked) && anchor ? (await readFile(linked, 'utf8')).matchAll(/^#+ (.+)$/gm) : []
      const found =
        existsSync(linked) && (!anchor || [...headings].some(([, words]) => anchorOf(words!) === anchor))
      if (!found) broken.push(`${file}: ${target}`)
    }
  expect(broken).toEqual([])
  expect(followed).toBeGreaterThan(20)
})

it('names folders and files of the project that exist', async () => {
  const missing: string[] = []
  let named = 0
  for (const { file, text } of await pages())
    for (const [, name = ''] of text.matchAll(
      /`((?:src|test|scripts|migrations|config|views|public|bin|docs)\/[\w./-]*)`/g,
    )) {
      named++
      if (!existsSync(name)) missing.push(`${file}: ${name}`)
    }
  expect(missing).toEqual([])
  expect(named).toBeGreaterThan(30)
})

it('names tests that exist, by their files and words', async () => {
  const missing: string[] = []
  let named = 0
  for (const { file, text } of await pages())
    for (const [, test = '', words = ''] of text.matchAll(/`(test\/[\w/.-]+\.test\.ts)`: \*([^*]+)\*/g)) {
      named++
      if (!(await readFile(test, 'utf8')).includes(words)) missing.push(`${file}: ${test}: ${words}`)
    }
  expect(missing).toEqual([])
  expect(named).toBeGreaterThan(25)
})

it('has no leftovers of a merge', async () => {
  const torn = (await pages()).filter(({ text }) => /^(<<<<<<<|=======|>>>>>>>)/m.test(text))
  expect(torn.map(({ file }) => file)).toEqual([])
})
