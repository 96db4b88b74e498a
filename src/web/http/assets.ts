/**
 * Stylesheet, scripts and fonts, read once and served under an address that contains their hash: browsers cache them for ever,
 * and a new version has a new address.
 */
import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { Middleware } from 'koa'
import { root } from '../../root.ts'

type Asset = { type: string; etag: string; plain: Buffer; br: Buffer | null; gzip: Buffer | null }

export type Assets = {
  /** The address of a file by its name without the hash, such as `app.css`. */
  url(name: string): string
  serve: Middleware
}

const types: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
  woff2: 'font/woff2',
}

const require = createRequire(import.meta.url)
const inter = path.dirname(require.resolve('@fontsource-variable/inter/package.json'))
const subsets = ['latin', 'latin-ext', 'cyrillic', 'cyrillic-ext', 'greek', 'greek-ext', 'vietnamese']

/** The stylesheet's files and folders in the order of delivery: of two equally specific rules the later one applies. */
const sheets = ['fonts.css', 'tokens.css', 'base.css', 'frame.css', 'components', 'screens']

/** Reads them all; the stylesheet comes last, because it refers to the fonts by their addresses. */
export function readAssets(): Assets {
  const assets = new Map<string, Asset>()
  const addresses = new Map<string, string>()

  function add(name: string, content: Buffer): void {
    const extension = name.slice(name.lastIndexOf('.') + 1)
    const digest = hash('sha256', content, 'hex').slice(0, 16)
    const address = `/assets/${name.slice(0, -extension.length - 1)}.${digest}.${extension}`
    const compressible = extension !== 'woff2' && extension !== 'png'
    assets.set(address, {
      type: types[extension]!,
      etag: `"${digest}"`,
      plain: content,
      br: compressible ? brotliCompressSync(content) : null,
      gzip: compressible ? gzipSync(content) : null,
    })
    addresses.set(name, address)
  }
  function url(name: string): string {
    const address = addresses.get(name)
    if (!address) throw new Error(`no asset is called ${name}`)
    return address
  }

  for (const subset of subsets)
    add(`inter-${subset}.woff2`, readFileSync(path.join(inter, `files/inter-${subset}-wght-normal.woff2`)))
  add('htmx.js', readFileSync(require.resolve('htmx.org/dist/htmx.min.js')))
  for (const name of ['app.js', 'icon.svg']) add(name, readFileSync(path.join(root, 'public', name)))
  const css = stylesheet(path.join(root, 'public', 'css'))
  add('app.css', Buffer.from(css.replace(/url\("([\w.-]+)"\)/g, (_, name: string) => `url("${url(name)}")`)))

  return { url, serve: serve(assets) }
}

/** Joins the files of `public/css`, those of a folder by name, without their comments. */
function stylesheet(folder: string): string {
  const unplaced = readdirSync(folder).find(name => !sheets.includes(name))
  if (unplaced) throw new Error(`public/css/${unplaced} has no place in the order of the stylesheet`)
  const inside = (name: string) => readdirSync(path.join(folder, name)).map(file => path.join(name, file))
  const files = sheets.flatMap(name => (name.endsWith('.css') ? [name] : inside(name).sort()))
  const css = files.map(file => readFileSync(path.join(folder, file), 'utf8')).join('')
  return css.replace(/\/\*[\s\S]*?\*\/\n?/g, '')
}

function serve(assets: Map<string, Asset>): Middleware {
  return async (ctx, next) => {
    const asset = assets.get(ctx.path)
    if (!asset) return next()
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.status = 405
      ctx.set('Allow', 'GET, HEAD')
      return
    }
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable')
    ctx.set('ETag', asset.etag)
    ctx.vary('Accept-Encoding')
    ctx.type = asset.type
    ctx.status = 200
    if (ctx.fresh) {
      ctx.status = 304
      return
    }
    const encoding = (['br', 'gzip'] as const).find(one => asset[one] && ctx.acceptsEncodings(one) === one)
    if (encoding) ctx.set('Content-Encoding', encoding)
    ctx.body = encoding ? asset[encoding] : asset.plain
  }
}
