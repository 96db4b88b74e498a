/**
 * For jest's `transform`: every file that is not a test is run by Node itself, as in production, and handed over to the tests.
 * Jest
 * would run it in a sandbox, once more for each test file; so it is loaded once in each of jest's processes, which halves the
 * start of a test file.
 */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'

type Asked = {
  /** Is it imported, or required? */
  supportsStaticESM: boolean
  /** False while jest loads the global setup, which is outside of any sandbox. */
  supportsDynamicImport: boolean
}

/** Under this name the test environment lays Node's own `require` into the sandbox. */
export const nodeRequire = 'requireOfNode'

const load = createRequire(import.meta.url)

function handedOver(source: string, file: string, asked: Asked): string {
  if (!asked.supportsDynamicImport) return source
  const found = `${nodeRequire}(${JSON.stringify(file)})`
  if (!asked.supportsStaticESM) return `module.exports = ${found}`
  const names = Object.keys(load(file) as object).filter(name => name !== '__esModule')
  return [
    `const found = ${found}`,
    ...names.map((name, n) => `const _${n} = found.${name}; export { _${n} as ${name} }`),
  ].join('\n')
}

export default {
  process: (source: string, file: string, asked: Asked) => ({ code: handedOver(source, file, asked) }),
  /** A module's exports may depend on other files, so the answer itself is the key. */
  getCacheKey: (source: string, file: string, asked: Asked) =>
    createHash('sha256')
      .update(handedOver(source, file, asked))
      .digest('hex'),
}
