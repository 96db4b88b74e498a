/** REDIS_URL, read: one server, the nodes of a cluster, or the sentinels that know the master. */
import { BadAddress } from '../bad-address.ts'

export type Node = { host: string; port: number }
export type RedisAddress = {
  kind: 'single' | 'cluster' | 'sentinel'
  nodes: Node[]
  tls: boolean
  username?: string
  password?: string
  db: number
  /** The name under which the sentinels know the master. */
  master?: string
  sentinelUsername?: string
  sentinelPassword?: string
}

const forms =
  'redis://host:6379 (rediss:// with TLS), a comma-separated list of cluster nodes, redis+cluster://host:6379 for a cluster by one ' +
  'address, or redis+sentinel://host:26379,host:26379/master-name'

/** @throws BadAddress */
export function readRedisAddress(text: string): RedisAddress {
  const parts = text.split(',').map(part => part.trim())
  const scheme = /^(rediss?)(?:\+(cluster|sentinel))?:\/\//.exec(parts[0]!)
  if (!scheme) throw new BadAddress(forms)
  const [prefix, protocol, named] = scheme
  const urls = parts.map((part, at) => readPart(part, at, prefix!))
  const [first] = urls as [URL]
  const kind = named === 'sentinel' ? 'sentinel' : named || urls.length > 1 ? 'cluster' : 'single'
  const sameLogin = (url: URL) =>
    (url.username === '' && url.password === '') ||
    (url.username === login.username && url.password === login.password)
  const login = urls.find(url => url.username !== '' || url.password !== '') ?? first
  if (!urls.every(sameLogin)) throw new BadAddress('one user and password for all its nodes')
  // In a list, the path follows the last host.
  const [path, search] = [urls.at(-1)!.pathname, urls.at(-1)!.searchParams]
  return {
    kind,
    nodes: urls.map(url => ({
      host: url.hostname.replace(/^\[(.+)\]$/, '$1'),
      port: Number(url.port || (kind === 'sentinel' ? 26_379 : 6_379)),
    })),
    tls: protocol === 'rediss',
    ...(login.username !== '' && { username: decodeURIComponent(login.username) }),
    ...(login.password !== '' && { password: decodeURIComponent(login.password) }),
    ...readPath(kind, path),
    ...readQuery(kind, search),
  }
}

function readPart(part: string, at: number, prefix: string): URL {
  const own = /^[\w+]+:\/\//.exec(part)?.[0]
  if (at > 0 && own && own !== prefix) throw new BadAddress('the same scheme before each of its nodes')
  const text = own ? part : `${prefix}${part}`
  // URL reads host and port only below a scheme that it knows to have them.
  const known = text.replace(prefix, 'redis://')
  if (!URL.canParse(known) || new URL(known).hostname === '') throw new BadAddress(forms)
  return new URL(known)
}

function readPath(kind: RedisAddress['kind'], path: string): { db: number; master?: string } {
  const parts = path.split('/').filter(part => part !== '')
  if (kind === 'sentinel') {
    const master = parts.shift()
    if (!master)
      throw new BadAddress(
        'the name of the master behind the sentinels: redis+sentinel://host:26379/mymaster',
      )
    return { master: decodeURIComponent(master), db: readNumber(parts) }
  }
  const db = readNumber(parts)
  if (kind === 'cluster' && db !== 0)
    throw new BadAddress('no database number: a cluster has one database only')
  return { db }
}

function readNumber(parts: string[]): number {
  if (parts.length === 0) return 0
  if (parts.length > 1 || !/^\d{1,5}$/.test(parts[0]!))
    throw new BadAddress('a database number at its end, as in redis://host:6379/1')
  return Number(parts[0])
}

function readQuery(kind: RedisAddress['kind'], search: URLSearchParams) {
  const known = kind === 'sentinel' ? ['sentinel_username', 'sentinel_password'] : []
  for (const name of search.keys())
    if (!known.includes(name))
      throw new BadAddress(
        known.length > 0
          ? `no other settings than ${known.join(' and ')}`
          : 'no settings behind a question mark',
      )
  const [sentinelUsername, sentinelPassword] = [
    search.get('sentinel_username'),
    search.get('sentinel_password'),
  ]
  return { ...(sentinelUsername && { sentinelUsername }), ...(sentinelPassword && { sentinelPassword }) }
}
