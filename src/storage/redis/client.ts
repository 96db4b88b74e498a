import { setTimeout as pause } from 'node:timers/promises'
import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { type Node, type RedisAddress, readRedisAddress } from './address.ts'

export type RedisClient = Redis | Cluster

/**
 * A command that is not answered in time fails, and so does its connection: later commands fail at once, until Redis answers
 * again. Two commands in a row stay within the longest wait of a request.
 */
const answerMs = 1_500
const connectMs = 1_500
const longestPauseMs = 250

/**
 * Connects to the address: one Redis, a cluster, or the master that sentinels know.
 * @throws BadAddress
 */
export function openRedis(url: string): RedisClient {
  const address = readRedisAddress(url)
  const client = address.kind === 'cluster' ? openCluster(address) : openOne(address)
  // Each failed command rejects by itself; without a listener the connection's error would end the process.
  client.on('error', () => {})
  if (client instanceof Redis) failAtOnceOnceTried(client)
  return client
}

/** Waits for the first connection, at most `connectMs`; then requests begin. */
export async function settled(client: RedisClient): Promise<void> {
  const given = AbortSignal.timeout(connectMs)
  while (client.status !== 'ready' && !given.aborted) await pause(10)
}

/** Connects to one node of the address, of whichever kind. */
export function nodeOptions(address: RedisAddress, node: Node): RedisOptions {
  const login =
    address.kind === 'sentinel'
      ? { username: address.sentinelUsername, password: address.sentinelPassword }
      : {}
  return { ...shared(address), ...login, ...node }
}

function shared(address: RedisAddress): RedisOptions {
  return {
    username: address.username,
    password: address.password,
    ...(address.tls && { tls: {} }),
    connectTimeout: connectMs,
    commandTimeout: answerMs,
    socketTimeout: answerMs,
    maxRetriesPerRequest: 0,
    // A command whose response was lost may have run: a second GETDEL would return null.
    autoResendUnfulfilledCommands: false,
  }
}

function openOne(address: RedisAddress): Redis {
  const options = {
    ...shared(address),
    db: address.db,
    retryStrategy: pauseBefore,
    // A master that became a replica keeps its connections; the sentinels, or its name, lead to the new one.
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  }
  if (address.kind === 'single') return new Redis({ ...options, ...address.nodes[0]! })
  return new Redis({
    ...options,
    sentinels: address.nodes,
    name: address.master!,
    sentinelUsername: address.sentinelUsername,
    sentinelPassword: address.sentinelPassword,
    ...(address.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
    sentinelCommandTimeout: answerMs,
    sentinelRetryStrategy: pauseBefore,
  })
}

function openCluster(address: RedisAddress): Cluster {
  return new Cluster(address.nodes, {
    redisOptions: shared(address),
    // Its queue has no bound of its own: see settled().
    enableOfflineQueue: false,
    clusterRetryStrategy: pauseBefore,
    slotsRefreshTimeout: answerMs,
    slotsRefreshInterval: 5_000,
    // Certificates are checked against names, so a name must not become an address on the way.
    ...(address.tls && { dnsLookup: (name, done) => done(null, name) }),
    // Together within the longest wait of a request, and long enough for a replica to take over.
    maxRedirections: 6,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    retryDelayOnTryAgain: 100,
  })
}

function pauseBefore(attempt: number): number {
  return Math.min(attempt * 50, longestPauseMs)
}

/** Until the first connection is made or refused, commands wait for it; later they fail while it is lost. */
function failAtOnceOnceTried(client: Redis): void {
  const tried = () => {
    client.options.enableOfflineQueue = false
  }
  client.once('ready', tried)
  client.once('close', tried)
}
