import { createRequire } from 'node:module'
import { TestEnvironment } from 'jest-environment-node'
import { type Closing, closings } from './after-file.ts'
import { nodeRequire } from './as-node-runs-it.ts'

/** Jest's own environment, with access to modules that Node itself runs and a list of what to close after the file. */
export default class Environment extends TestEnvironment {
  readonly #closings: Closing[] = []

  override async setup(): Promise<void> {
    await super.setup()
    Object.assign(this.global, {
      [nodeRequire]: createRequire(import.meta.url),
      [closings]: this.#closings,
    })
  }

  override async teardown(): Promise<void> {
    for (const close of this.#closings.reverse()) await close()
    await super.teardown()
  }
}
