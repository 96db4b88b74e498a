import type { Browser } from 'playwright-core'
import { afterFile } from './after-file.ts'
import { openBrowser } from './browser.ts'
import { type OpenProvider, openProvider } from './open-provider.ts'
import { seedWorld, type World } from './seed.ts'
import { startServer, type TestServer } from './server.ts'

/** The whole product with the seeded workspaces, closed after the test file. Takes the arguments of `startServer`. */
export async function openWorld(
  ...how: Parameters<typeof startServer>
): Promise<{ server: TestServer; world: World }> {
  const server = await startServer(...how)
  afterFile(() => server.close())
  return { server, world: await seedWorld(server.sql) }
}

/** The provider alone with the seeded workspaces, closed after the test file. Takes the arguments of `openProvider`. */
export async function openProviderWorld(
  ...how: Parameters<typeof openProvider>
): Promise<{ server: OpenProvider; world: World }> {
  const server = await openProvider(...how)
  afterFile(() => server.close())
  return { server, world: await seedWorld(server.sql) }
}

/** The whole product with the seeded workspaces and a browser, closed after the test file. */
export async function openBrowserWorld(): Promise<{ server: TestServer; world: World; browser: Browser }> {
  const [opened, browser] = await Promise.all([openWorld(), openBrowser()])
  afterFile(() => browser.close())
  return { ...opened, browser }
}
