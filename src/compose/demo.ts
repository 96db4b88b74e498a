import type { Middleware } from 'koa'
import type { Config } from '../config.ts'
import { createDemoPartner } from '../demo/partner.ts'
import { readDemoPartner } from './demo-data.ts'
import type { Stores } from './stores.ts'

/** Whether this data directory has the demo, and its partner to try. */
export async function hasDemoPartner(config: Config): Promise<boolean> {
  return (await readDemoPartner(config.dataDir)) !== null
}

/** The demo partner. It reaches the server at the address that the server listens on, also behind another public address. */
export function demoPartner(config: Config, stores: Stores): Promise<Middleware> {
  return createDemoPartner({
    addresses: { issuer: config.issuer, base: `http://127.0.0.1:${config.port}` },
    client: () => readDemoPartner(config.dataDir),
    visits: stores.shortLived,
  })
}
