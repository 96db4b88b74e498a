/**
 * For a host that embeds Latchkey in a program of its own:
 *
 *     import { createInstallServer, listen, readConfig } from 'latchkey'
 *     const server = await createInstallServer(readConfig({ ISSUER: 'https://connect.example.com', … }))
 *     const listening = await listen(server, { port: 3000, host: '0.0.0.0' })
 *
 * `server.app` is a Koa application: `server.app.callback()` also serves within an HTTP server that the host has.
 */
export { createInstallServer, type InstallServer } from './app.ts'
export type { Stores } from './compose/stores.ts'
export { BadConfig, type Config, readConfig } from './config.ts'
export { type Listening, listen } from './server.ts'
export { migrate, schemaIsCurrent } from './storage/postgres/migrate.ts'
