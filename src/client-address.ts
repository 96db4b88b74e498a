/** The client's address, decided in one place for rate limits, events and logs. */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv4, SocketAddress } from 'node:net'
import parseForwarded from 'forwarded-parse'
import type { Middleware } from 'koa'

/** The proxies whose headers are trusted: a number of hops, or networks. Null without a proxy. */
export type TrustProxy = { hops: number } | { networks: readonly string[] } | null

/** @returns undefined for an invalid value of TRUST_PROXY. */
export function readTrustProxy(text: string): TrustProxy | undefined {
  if (text === 'false' || text === '0') return null
  if (text === 'true') return { hops: 1 }
  if (/^[1-9]\d?$/.test(text)) return { hops: Number(text) }
  const networks = text.split(',').map(one => one.trim())
  return networks.every(isNetwork) ? { networks } : undefined
}

/**
 * Sets `ctx.ip` in one form, and drops the forwarding headers of untrusted clients, so that later code cannot read them.
 */
export function clientAddress(trust: TrustProxy): Middleware {
  const isTrusted = trustTest(trust)
  return (ctx, next) => {
    const { req } = ctx
    const socket = oneForm(req.socket.remoteAddress ?? '') ?? ''
    if (isTrusted(socket, 0)) ctx.request.ip = nearestStranger(socket, forwardedFor(req.headers), isTrusted)
    else {
      dropForwarding(req)
      ctx.request.ip = socket
    }
    return next()
  }
}

type TrustTest = (address: string, hop: number) => boolean

function trustTest(trust: TrustProxy): TrustTest {
  if (trust === null) return () => false
  if ('hops' in trust) return (_, hop) => hop < trust.hops
  const list = new BlockList()
  for (const network of trust.networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv4(address) ? 'ipv4' : 'ipv6'
    list.addSubnet(address, Number(bits ?? (family === 'ipv4' ? 32 : 128)), family)
  }
  return address => isIP(address) !== 0 && list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')
}

/**
 * The first address, from the nearest hop outwards, that is not a trusted proxy's. Where a trusted proxy reported no address
 * ("unknown"), the result is its own.
 * @param forwarded as the proxies wrote it: the nearest hop last.
 */
function nearestStranger(socket: string, forwarded: readonly string[], isTrusted: TrustTest): string {
  let found = socket
  for (const [hop, text] of forwarded.toReversed().entries()) {
    if (!isTrusted(found, hop)) break
    const address = oneForm(text)
    if (address === null) break
    found = address
  }
  return found
}

/** X-Forwarded-For first: most proxies set it, and pass on a client's Forwarded (RFC 7239) unchanged. */
function forwardedFor(headers: IncomingHttpHeaders): string[] {
  const list = headers['x-forwarded-for']
  if (list !== undefined) return [list].flat().join(',').split(',')
  try {
    return parseForwarded(headers.forwarded ?? '').flatMap(one =>
      one.for === undefined ? ['unknown'] : [one.for],
    )
  } catch {
    return []
  }
}

/** Without port, brackets, quotes and zone; IPv4-mapped IPv6 as IPv4. null: not an IP address. */
function oneForm(text: string): string | null {
  const bare = text.trim().replace(/^"(.*)"$/, '$1')
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\w+)?|(\d+\.\d+\.\d+\.\d+)(?::\w+)?)$/.exec(bare) ?? []
  const address = (bracketed ?? dotted ?? bare).replace(/%.*$/, '')
  const family = isIP(address)
  if (family === 0) return null
  if (family === 4) return address
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(canonical)?.[1] ?? canonical
}

function dropForwarding({ headers }: IncomingMessage): void {
  for (const name of Object.keys(headers))
    if (name === 'forwarded' || name.startsWith('x-forwarded-')) delete headers[name]
}

function isNetwork(text: string): boolean {
  const [address = '', bits, more] = text.split('/')
  const family = isIP(address)
  const most = family === 4 ? 32 : 128
  return (
    family !== 0 &&
    more === undefined &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  )
}
