import { rm } from 'node:fs/promises'
import type { TestServers } from './global-setup.ts'

export default async function globalTeardown(): Promise<void> {
  const { postgres, redis, browser, folder } = (globalThis as unknown as { testServers: TestServers })
    .testServers
  await Promise.all([postgres.stop(), redis.stop(), browser?.close()])
  await rm(folder, { recursive: true, force: true })
}
