/** The servers of the token part, each in a process of its own, with secrets to use up. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { startProduct } from './_product.ts'
import { growTokens } from './_token-data.ts'

/** `chains` are refreshed again and again; `revocations` are refresh tokens of a grant each. */
export type Counts = { codes: number; chains: number; tokens: number; revocations: number }
export type Seeds = { codes: string[]; refreshTokens: string[]; accessTokens: string[]; revocable: string[] }

export type Contestant = {
  name: string
  port: number
  pid: number
  paths: { token: string; introspect: string; revoke: string }
  client: { id: string; secret: string }
  redirectUri: string
  seeds: Seeds
}

type Stops = (() => Promise<void>)[]

/** Our server over a database of its own. `folder`: of another build, to compare with; its migrations must be those of this one. */
export async function startOurs(
  databaseUrl: string,
  redisUrl: string,
  count: Counts,
  stops: Stops,
  other?: { name: string; folder: string },
): Promise<Contestant> {
  const data = await growTokens(databaseUrl, count)
  const { port, pid, stop } = await startProduct(
    databaseUrl,
    redisUrl,
    { TRUST_PROXY: 'true' },
    other?.folder,
  )
  stops.push(stop)
  const paths = {
    token: '/v1/oauth/token',
    introspect: '/v1/oauth/introspect',
    revoke: '/v1/oauth/revoke',
  }
  return { name: other?.name ?? 'ours', port, pid, paths, ...data }
}

const ofProvider = { token: '/token', introspect: '/token/introspection', revoke: '/token/revocation' }
const ofLimit = { token: '/token', introspect: '/introspect', revoke: '/revoke' }

/** oidc-provider in memory, or on Redis. */
export const startBare = (name: string, count: Counts, stops: Stops, env: { BARE_REDIS_URL?: string } = {}) =>
  start('_bare-provider.ts', name, ofProvider, count, stops, env)

export const startLimit = (databaseUrl: string, count: Counts, stops: Stops) =>
  start('_limit-server.ts', 'the limit', ofLimit, count, stops, { DATABASE_URL: databaseUrl })

async function start(
  file: string,
  name: string,
  paths: Contestant['paths'],
  count: Counts,
  stops: Stops,
  env: Record<string, string | undefined>,
): Promise<Contestant> {
  const child = fork(path.join(import.meta.dirname, file), [JSON.stringify(count)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`${name} ended with ${code}`))),
  ])
  stops.push(async () => {
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  })
  return { name, pid: child.pid!, paths, ...(message as Omit<Contestant, 'name' | 'pid' | 'paths'>) }
}
