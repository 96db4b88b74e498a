/**
 * npm run format: lays out the templates of views/, which the formatter of the other files does not read. With --check it
 * changes nothing, names each template that is not laid out so, and fails.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import beautify from 'js-beautify'

const views = path.resolve(import.meta.dirname, '../views')
const layout: beautify.HTMLBeautifyOptions = {
  templating: ['erb'],
  indent_size: 2,
  indent_inner_html: true,
  wrap_line_length: 130,
  max_preserve_newlines: 1,
  extra_liners: [],
  end_with_newline: true,
}

const check = process.argv.includes('--check')
let left = 0
const names = readdirSync(views, { recursive: true, encoding: 'utf8' })
for (const name of names.filter(name => name.endsWith('.ejs'))) {
  const file = path.join(views, name)
  const text = readFileSync(file, 'utf8')
  const formatted = beautify.html(text, layout)
  if (formatted === text) continue
  if (!check) writeFileSync(file, formatted)
  else {
    left++
    console.error(`views/${name} is not formatted`)
  }
}
if (left > 0) {
  console.error('Run: npm run format')
  process.exit(1)
}
