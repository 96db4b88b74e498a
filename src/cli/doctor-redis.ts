/** The Redis checks of `latchkey doctor`: each address in REDIS_URL, and then all of it as the server uses it. */
import { Redis } from 'ioredis'
import { type Node, type RedisAddress, readRedisAddress } from '../storage/redis/address.ts'
import { nodeOptions, openRedis, settled } from '../storage/redis/client.ts'
import { redisShortLived } from '../storage/redis/short-lived.ts'
import { sentenceOf } from './command.ts'
import type { Verdict } from './doctor-finding.ts'

/** @param url a valid REDIS_URL, if it is set. */
export async function examineRedis(url: string | null): Promise<Verdict> {
  if (!url) return { ok: true, found: 'none; short-lived state is kept in memory, for one process' }
  const address = readRedisAddress(url)
  const nodes = await Promise.all(address.nodes.map(node => examineNode(address, node)))
  return nodes.find(one => !one.ok) ?? (await examineWrites(url, nodes.at(0)!.found))
}

async function examineNode(address: RedisAddress, node: Node): Promise<Verdict> {
  const at = `${node.host}:${node.port}`
  const redis = new Redis({ ...nodeOptions(address, node), lazyConnect: true, retryStrategy: () => null })
  // The reason; the command itself says only that there is no connection.
  let reason: unknown = null
  redis.on('error', error => {
    reason = error
  })
  try {
    await redis.connect()
    const begun = performance.now()
    const info = factsOf(await redis.info())
    return judge(address, at, info, performance.now() - begun)
  } catch (error) {
    return refusal(address, at, sentenceOf(reason ?? error))
  } finally {
    redis.disconnect()
  }
}

function judge(address: RedisAddress, at: string, info: Map<string, string>, ms: number): Verdict {
  const version = info.get('redis_version') ?? 'unknown'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const mode = info.get('redis_mode') ?? 'standalone'
  const wanted = { single: 'standalone', cluster: 'cluster', sentinel: 'sentinel' }[address.kind]
  const found = `Redis ${version}, answers in ${ms.toFixed(1)} ms`
  if (major < 6 || (major === 6 && minor < 2)) return { ok: false, found, advice: 'Use Redis 6.2 or newer.' }
  if (mode !== wanted)
    return { ok: false, found: `${at} is ${modes[mode] ?? mode}`, advice: rightForm(mode, at) }
  if (address.kind === 'single' && info.get('role') === 'slave')
    return {
      ok: false,
      found: `${at} is a replica, which takes no writes`,
      advice:
        'Name the master in REDIS_URL, or the sentinels that know it: redis+sentinel://host:26379/master-name.',
    }
  return { ok: true, found }
}

const modes: Record<string, string> = {
  standalone: 'a Redis of its own, without a cluster',
  cluster: 'a node of a cluster',
  sentinel: 'a sentinel',
}

function rightForm(mode: string, at: string): string {
  if (mode === 'cluster') return `List its nodes in REDIS_URL, or name one as redis+cluster://${at}.`
  if (mode === 'sentinel') return `Say so in REDIS_URL: redis+sentinel://${at}/master-name.`
  return `Name it alone in REDIS_URL: redis://${at}.`
}

function refusal({ tls }: RedisAddress, at: string, reason: string): Verdict {
  const advice = /NOAUTH|WRONGPASS|NOPERM|AUTH|password/i.test(reason)
    ? 'Write user and password into REDIS_URL: redis://user:password@host:6379.'
    : /certificate|self.signed|altnames/i.test(reason)
      ? 'Name it in REDIS_URL as its certificate does, and the authority that signed it in NODE_EXTRA_CA_CERTS.'
      : `See that Redis runs ${tls ? 'with TLS' : 'without TLS'} at the address in REDIS_URL (rediss:// is with TLS).`
  return { ok: false, found: `${at}: ${reason}`, advice }
}

/** As the server does it: through the cluster or the sentinels, to every master. */
async function examineWrites(url: string, found: string): Promise<Verdict> {
  const redis = openRedis(url)
  let reason: unknown = null
  redis.on('error', error => {
    reason = error
  })
  const shortLived = redisShortLived(redis)
  try {
    await settled(redis)
    await shortLived.ping()
    return { ok: true, found: 'nodes' in redis ? `${found}; ${redis.nodes('master').length} masters` : found }
  } catch (error) {
    const sentence = sentenceOf(error)
    const advice = sentence.startsWith('OOM')
      ? 'Give Redis more memory (maxmemory): it is full, and takes no writes.'
      : 'See that every node behind REDIS_URL can be reached from here, and that its masters take writes.'
    return { ok: false, found: sentence.startsWith('OOM') ? sentence : sentenceOf(reason ?? error), advice }
  } finally {
    redis.disconnect()
  }
}

function factsOf(info: string): Map<string, string> {
  return new Map(
    info.split(/\r?\n/).flatMap(line => {
      const colon = line.indexOf(':')
      return colon > 0 ? [[line.slice(0, colon), line.slice(colon + 1)] as const] : []
    }),
  )
}
