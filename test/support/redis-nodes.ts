/** Redis servers of a test's own: single ones, clusters, and sentinels with a master and a replica. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import type { Certificates } from './certificates.ts'
import { findRedisServer } from './programs.ts'

export type RedisNode = {
  port: number
  process: ChildProcess
  /** Sends one command, as an administrator. */
  ask(...command: (string | number)[]): Promise<unknown>
  /** Ends it at once, as a crash. */
  stop(): Promise<void>
}
export type NodeOptions = { args?: string[]; password?: string; certificates?: Certificates }

export async function startNode(options: NodeOptions = {}): Promise<RedisNode> {
  const { args = [], password, certificates } = options
  const port = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'latchkey-redis-'))
  const tls = certificates && [
    ...[
      '--port',
      '0',
      '--tls-port',
      `${port}`,
      '--tls-auth-clients',
      'no',
      '--tls-replication',
      'yes',
      '--tls-cluster',
      'yes',
    ],
    ...[
      '--tls-cert-file',
      certificates.cert,
      '--tls-key-file',
      certificates.key,
      '--tls-ca-cert-file',
      certificates.ca,
    ],
  ]
  const login = password ? ['--requirepass', password, '--masterauth', password] : []
  const child = spawn(
    findRedisServer()!,
    [...args, ...(tls ?? ['--port', `${port}`]), ...login, '--bind', '127.0.0.1', '--save', '', '--dir', dir],
    { stdio: 'ignore' },
  )
  const ask = (...[name, ...rest]: (string | number)[]) =>
    withRedis(port, options, redis => redis.call(`${name}`, ...rest))
  await until(() =>
    ask('ping').then(
      () => true,
      () => false,
    ),
  )
  return {
    port,
    process: child,
    ask,
    async stop() {
      const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL')
        await gone
      }
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function withRedis<T>(
  port: number,
  options: NodeOptions,
  work: (redis: Redis) => Promise<T>,
): Promise<T> {
  const redis = new Redis({
    port,
    password: options.password,
    lazyConnect: true,
    retryStrategy: null as never,
    commandTimeout: 2_000,
    ...(options.certificates && { tls: { rejectUnauthorized: false } }),
  })
  redis.on('error', () => {})
  try {
    await redis.connect()
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

/** A cluster of three masters, and of as many replicas if wanted. */
export async function startCluster(options: NodeOptions & { replicas?: boolean } = {}): Promise<RedisNode[]> {
  const args = [
    ...['--cluster-enabled', 'yes', '--cluster-config-file', 'nodes.conf', '--cluster-node-timeout', '1000'],
    ...['--cluster-announce-hostname', 'localhost', '--cluster-preferred-endpoint-type', 'hostname'],
    ...(options.args ?? []),
  ]
  const count = options.replicas ? 6 : 3
  const nodes = await Promise.all(Array.from({ length: count }, () => startNode({ ...options, args })))
  const [first] = nodes as [RedisNode]
  const share = 16_384 / 3
  for (const [at, node] of nodes.entries()) {
    if (at < 3)
      await node.ask('cluster', 'addslotsrange', Math.ceil(at * share), Math.ceil((at + 1) * share) - 1)
    await node.ask('cluster', 'set-config-epoch', at + 1)
    if (at > 0) await node.ask('cluster', 'meet', '127.0.0.1', first.port)
  }
  const info = async (node: RedisNode) => `${await node.ask('cluster', 'info')}`
  const whole = async () =>
    (await Promise.all(nodes.map(info))).every(text => text.includes(`cluster_known_nodes:${count}`))
  await until(whole)
  for (const [at, node] of nodes.slice(3).entries())
    await untilDone(async () =>
      node.ask('cluster', 'replicate', `${await nodes[at]!.ask('cluster', 'myid')}`),
    )
  await until(async () =>
    (await Promise.all(nodes.map(info))).every(text => text.includes('cluster_state:ok')),
  )
  return nodes
}

export type Sentinels = {
  master: RedisNode
  replica: RedisNode
  sentinels: RedisNode[]
  stop(): Promise<void>
}

/** A master called `latchkey`, its replica, and three sentinels that watch them. */
export async function startSentinels(options: NodeOptions = {}): Promise<Sentinels> {
  const master = await startNode(options)
  const replica = await startNode({ ...options, args: ['--replicaof', '127.0.0.1', `${master.port}`] })
  await until(async () => `${await replica.ask('info', 'replication')}`.includes('master_link_status:up'))
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-sentinel-'))
  const sentinels: RedisNode[] = []
  for (let number = 0; number < 3; number++) {
    const file = path.join(folder, `${number}.conf`)
    await writeFile(file, sentinelSettings(master.port, options.password))
    sentinels.push(await startNode({ args: [file, '--sentinel'] }))
  }
  const agreed = async (one: RedisNode) =>
    ((await one.ask('sentinel', 'sentinels', 'latchkey')) as unknown[]).length === 2 &&
    ((await one.ask('sentinel', 'replicas', 'latchkey')) as unknown[]).length === 1
  await until(async () => (await Promise.all(sentinels.map(agreed))).every(Boolean))
  return {
    master,
    replica,
    sentinels,
    async stop() {
      await Promise.all([master, replica, ...sentinels].map(one => one.stop()))
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function sentinelSettings(port: number, password?: string): string {
  return [
    `sentinel monitor latchkey 127.0.0.1 ${port} 2`,
    'sentinel down-after-milliseconds latchkey 1000',
    'sentinel failover-timeout latchkey 5000',
    ...(password ? [`sentinel auth-pass latchkey ${password}`] : []),
    '',
  ].join('\n')
}

/** Asks again and again until it is so. @throws after 30 seconds. */
export async function until(so: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 30_000; performance.now() < end; await pause(50))
    if (await so()) return
  throw new Error('it did not become so within 30 seconds')
}

const untilDone = (work: () => Promise<unknown>) =>
  until(() =>
    work().then(
      () => true,
      () => false,
    ),
  )
