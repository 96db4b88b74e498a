import { Cluster, Redis, type RedisOptions } from 'ioredis'
import { type RedisAddress, readRedisAddress } from './address.ts'

export type RedisClient = Redis | Cluster

/**
 * A command that is not answered in time fails, and so does its connection: what comes after fails at once, until Redis answers
 * again. Two commands in a row stay within what a request may wait.
 */
const answerMs = 1_500
const connectMs = 1_500
const longestPauseMs = 250

/**
 * Connects to what the address names: one Redis, a cluster, or the master that sentinels know.
 * @throws BadAddress
 */
export function openRedis(url: string): RedisClient {
  const address = readRedisAddress(url)
  const client = address.kind === 'cluster' ? openCluster(address) : openOne(address)
  // Each failed command rejects by itself; without a listener the connection's error would end the process.
  client.on('error', () => {})
  failAtOnceOnceTried(client)
  return client
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
    // A command whose answer was lost may have been done: GETDEL sent twice would find nothing.
    autoResendUnfulfilledCommands: false,
  }
}

function openOne(address: RedisAddress): Redis {
  const options = { ...shared(address), db: address.db, retryStrategy: pauseBefore }
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
    // The sentinels announce a new master; the old one may not say itself that it is none any more.
    failoverDetector: true,
  })
}

function openCluster(address: RedisAddress): Cluster {
  return new Cluster(address.nodes, {
    redisOptions: shared(address),
    clusterRetryStrategy: pauseBefore,
    slotsRefreshTimeout: answerMs,
    slotsRefreshInterval: 5_000,
    // Certificates are checked against names, so a name must not become an address on the way.
    ...(address.tls && { dnsLookup: (name, done) => done(null, name) }),
    // Together within what a request may wait, and long enough for a replica that takes over meanwhile.
    maxRedirections: 6,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    retryDelayOnTryAgain: 100,
  })
}

function pauseBefore(attempt: number): number {
  return Math.min(attempt * 50, longestPauseMs)
}

/** Until the first connection is made or refused, commands wait for it; later they fail while there is none. */
function failAtOnceOnceTried(client: RedisClient): void {
  const tried = () => {
    client.options.enableOfflineQueue = false
  }
  client.once('ready', tried)
  client.once('close', tried)
}
