import { createRequire } from 'node:module'
import { TestEnvironment } from 'jest-environment-node'
import { nodeRequire } from './as-node-runs-it.ts'

/** Jest's own environment, with access to modules that Node itself runs. */
export default class Environment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup()
    Object.assign(this.global, { [nodeRequire]: createRequire(import.meta.url) })
  }
}
