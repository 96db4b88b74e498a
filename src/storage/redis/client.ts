import { Cluster, Redis } from 'ioredis'

export type RedisClient = Redis | Cluster

/**
 * Connects to one Redis, or to a cluster when the address is a comma-separated list. A command that Redis does not answer
 * fails after a few tries instead of waiting for ever, so that a request never hangs on it.
 */
export function openRedis(url: string): RedisClient {
  const nodes = url.split(',').map(node => node.trim())
  const options = { maxRetriesPerRequest: 2, connectTimeout: 5_000, commandTimeout: 5_000 }
  const client =
    nodes.length > 1 ? new Cluster(nodes, { redisOptions: options }) : new Redis(nodes[0]!, { ...options })
  // Each failed command rejects on its own; without a listener the connection's error would end the process.
  client.on('error', () => {})
  return client
}
