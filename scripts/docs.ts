/** npm run docs: writes the reference pages that are made from the code. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { referencePages } from './reference.ts'

for (const [file, text] of Object.entries(referencePages())) {
  writeFileSync(path.resolve(import.meta.dirname, '..', file), text)
  console.log(`Wrote ${file}`)
}
