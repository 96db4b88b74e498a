import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { load } from 'cheerio'
import { createRender } from '../src/web/frame/render.ts'
import { openViews } from '../src/web/frame/views.ts'
import type { WebContext } from '../src/web/http/state.ts'
import { type Fixture, hostile } from './views/fixture.ts'

const folder = path.resolve('views')
const print = openViews(folder)
const assets = { url: (name: string) => `/assets/${name}` }
const render = createRender({ assets, print })
const strictRender = createRender({ assets, print: (view, page) => print(view, guarded(page)) })

const fixtures: Fixture[] = []
for (const file of (await readdir('test/views')).filter(file => file !== 'fixture.ts').sort())
  fixtures.push(...((await import(path.resolve('test/views', file))) as { fixtures: Fixture[] }).fixtures)
const cases = fixtures.flatMap(({ file, cases }) =>
  Object.entries(cases).map(([name, one]) => ({ name: `${file}, ${name}`, file, ...one })),
)
type Case = (typeof cases)[number]

/** The model, refusing to be asked for a name that it does not have. */
function guarded<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  return new Proxy(value, {
    get(target, name) {
      if (typeof name === 'string' && !(name in target)) throw new Error(`the model has no “${name}”`)
      const found = Reflect.get(target, name)
      return typeof found === 'function' ? found.bind(target) : guarded(found)
    },
  })
}

function screenOf({ file, model, layout }: Pick<Case, 'file' | 'model' | 'layout'>, by = render): string {
  const ctx = {
    state: {
      csrf: 'token',
      requestId: 'request',
      user: { id: 'u1', name: hostile, email: 'ada@acme.test', avatarUrl: null },
    },
    set() {},
  } as unknown as WebContext
  if (layout) by.screen(ctx, { file }, model, layout)
  else by.fragment(ctx, { file }, model)
  return ctx.body as string
}

/** The first two of a list, and of each kind where its items say theirs: they represent all. */
function* someOf(list: unknown[]): Generator<[at: number, item: unknown]> {
  const seen = new Map<unknown, number>()
  for (const [at, item] of list.entries()) {
    const kind = (item as { kind?: unknown } | null)?.kind
    seen.set(kind, (seen.get(kind) ?? 0) + 1)
    if (seen.get(kind)! <= 2) yield [at, item]
  }
}

/** Each of the model's texts replaced in turn by something hostile. */
function* poisoned<T>(value: T): Generator<T> {
  if (typeof value === 'string') yield hostile as T
  else if (Array.isArray(value))
    for (const [at, item] of someOf(value)) for (const bad of poisoned(item)) yield value.with(at, bad) as T
  else if (typeof value === 'object' && value !== null)
    for (const [name, item] of Object.entries(value))
      for (const bad of poisoned(item)) yield { ...value, [name]: bad }
}

describe('every view', () => {
  it('declares what it is given', async () => {
    const all = (await readdir(folder, { recursive: true })).filter(file => file.endsWith('.ejs'))
    const included = new Set<string>()
    for (const file of all)
      for (const [, name] of (await readFile(path.join(folder, file), 'utf8')).matchAll(
        /include\('([^']+)'/g,
      ))
        included.add(name!.startsWith('/') ? name!.slice(1) : path.join(path.dirname(file), name!))
    // The demo partner is no screen of ours; partials are printed with the views that include them.
    const files = all
      .filter(file => !/^(layout|partials|demo)\//.test(file))
      .map(file => file.slice(0, -'.ejs'.length))
    const declared = new Set(fixtures.map(one => one.file))
    expect(files.filter(file => !declared.has(file) && !included.has(file))).toEqual([])
    expect([...declared].filter(file => !files.includes(file))).toEqual([])
  })

  it.each(cases)('prints only what its model has: $name', one => {
    const html = screenOf(one, strictRender)
    const $ = load(html)
    expect(html).not.toMatch(/undefined|\[object |NaN/)
    const ids = $('[id]')
      .toArray()
      .map(element => $(element).attr('id'))
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    const lost = $('[popovertarget], label[for], [form], [aria-describedby], [aria-labelledby]')
      .toArray()
      .flatMap(element => {
        const names = ['popovertarget', 'for', 'form', 'aria-describedby', 'aria-labelledby']
        return names.flatMap(name => $(element).attr(name)?.split(' ') ?? [])
      })
      .filter(id => one.layout && id !== 'consent' && !ids.includes(id))
    expect(lost).toEqual([])
    for (const form of $('form[method=post]').toArray()) expect($(form).find('[name=csrf]')).toHaveLength(1)
    // The content policy ignores them silently.
    expect($('[style], [onclick], script:not([src]), style')).toHaveLength(0)
  })

  it.each(cases)('names the column in each cell of a table: $name', one => {
    const $ = load(screenOf(one))
    for (const table of $('table').toArray()) {
      const shown = $(table)
        .find('th')
        .toArray()
        .map(th => ($(th).has('.visually-hidden').length > 0 ? undefined : $(th).text().trim()))
      for (const row of $(table).find('tbody tr').toArray()) {
        const cells = $(row).children('td[role=cell]').toArray()
        expect(cells.map(cell => $(cell).attr('data-label') || undefined)).toEqual(shown)
      }
    }
  })

  it.each(cases)('escapes every text: $name', one => {
    const screens = [screenOf(one)]
    for (const model of poisoned(one.model)) screens.push(screenOf({ ...one, model, layout: null }))
    const bare = ['<script>alert', '<img src=x', `>"'>`]
    expect(screens.filter(html => bare.some(text => html.includes(text)))).toEqual([])
    // A name with text direction marks would rewrite our sentence.
    expect(screens.filter(html => /[\u202a-\u202e\u2066-\u2069]/.test(html))).toEqual([])
  })

  it('puts what it prints into quotes, where it stands in an attribute', async () => {
    const files = (await readdir(folder, { recursive: true })).filter(file => file.endsWith('.ejs'))
    for (const file of files) {
      const text = await readFile(path.join(folder, file), 'utf8')
      expect({ file, bare: text.match(/[\w-]=<%[=-]/g) }).toEqual({ file, bare: null })
    }
  })
})
