/**
 * Requests to addresses that others chose: documents of published clients, webhooks. They reach public hosts alone, never a service of
 * the operator's own network, and are bounded in time and size.
 */
import { request as plainRequest } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { BlockList, isIPv6 } from 'node:net'
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent'

export type OutboundHosts = {
  /** Host names that are reached although their addresses are not public. */
  names: readonly string[]
  /** Addresses and networks (10.0.0.0/8) that are reached although they are not public. */
  networks: readonly string[]
}

export type Fetched = { status: number; headers: Record<string, string | undefined>; body: Buffer }

export type FetchBounds = { milliseconds: number; bytes: number }

/** Why nothing was fetched, as the end of a sentence that begins with the address. */
export class OutboundRefusal extends Error {}

/** Left out: GET. */
export type Asked = { headers: Record<string, string>; method?: 'POST'; body?: string }

export type GuardedFetch = (url: URL, bounds: FetchBounds, asked: Asked) => Promise<Fetched>

/**
 * A name is resolved once, each of its addresses must be public, and the connection goes to one of those that were checked.
 * Redirects are answers like any other: they are not followed.
 * @returns a function that throws OutboundRefusal.
 */
export function guardedFetch({ names, networks }: OutboundHosts): GuardedFetch {
  const guard = { allowIPAddressList: [...networks], keepAlive: false }
  const open = { allowPrivateIPAddress: true, allowMetaIPAddress: true, keepAlive: false }
  const agents = {
    'https:': { guarded: new RequestFilteringHttpsAgent(guard), open: new RequestFilteringHttpsAgent(open) },
    'http:': { guarded: new RequestFilteringHttpAgent(guard), open: new RequestFilteringHttpAgent(open) },
  }

  return (url, { milliseconds, bytes }, { headers, method = 'GET', body }) =>
    new Promise((resolve, reject) => {
      const refuse = (reason: string) => {
        reject(new OutboundRefusal(reason))
        sent.destroy()
      }
      const { guarded, open } = agents[url.protocol as keyof typeof agents]
      const agent = names.includes(url.hostname) ? open : guarded
      const request = url.protocol === 'https:' ? tlsRequest : plainRequest
      const options = { agent, method, headers: { 'user-agent': 'Latchkey', ...headers } }
      const sent = request(url, options, answer => {
        const chunks: Buffer[] = []
        let size = 0
        answer.on('data', (chunk: Buffer) => {
          size += chunk.length
          if (size > bytes) refuse(`answered with more than ${bytes} bytes`)
          else chunks.push(chunk)
        })
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers as Fetched['headers'],
            body: Buffer.concat(chunks),
          }),
        )
        answer.on('error', () => refuse('broke off its answer'))
      })
      const late = setTimeout(
        () => refuse(`did not answer within ${milliseconds / 1000} seconds`),
        milliseconds,
      )
      sent.on('close', () => clearTimeout(late))
      sent.on('error', () => refuse('cannot be reached'))
      sent.end(body)
    })
}

/** Whether the operator names this host, by its name or in a network: it may then be reached by plain http too. */
export function isNamed({ names, networks }: OutboundHosts): (url: URL) => boolean {
  const listed = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) listed.addAddress(address, family)
    else listed.addSubnet(address, Number(bits), family)
  }
  return ({ hostname }) => {
    const address = hostname.replace(/^\[|\]$/g, '')
    return names.includes(hostname) || listed.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  }
}
