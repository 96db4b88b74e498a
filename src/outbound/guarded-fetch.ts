/**
 * Requests to addresses that others chose: documents of published clients. They reach public hosts alone, never a service of
 * the operator's own network, and are bounded in time and size.
 */
import { request } from 'node:https'
import { RequestFilteringHttpsAgent } from 'request-filtering-agent'

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

export type GuardedFetch = (url: URL, bounds: FetchBounds, accept: string) => Promise<Fetched>

/**
 * A name is resolved once, each of its addresses must be public, and the connection goes to one of those that were checked.
 * Redirects are answers like any other: they are not followed.
 * @returns a function that throws OutboundRefusal.
 */
export function guardedFetch({ names, networks }: OutboundHosts): GuardedFetch {
  const guarded = new RequestFilteringHttpsAgent({ allowIPAddressList: [...networks], keepAlive: false })
  const unguarded = new RequestFilteringHttpsAgent({
    allowPrivateIPAddress: true,
    allowMetaIPAddress: true,
    keepAlive: false,
  })

  return (url, { milliseconds, bytes }, accept) =>
    new Promise((resolve, reject) => {
      const refuse = (reason: string) => {
        reject(new OutboundRefusal(reason))
        sent.destroy()
      }
      const agent = names.includes(url.hostname) ? unguarded : guarded
      const sent = request(url, { agent, headers: { accept, 'user-agent': 'Latchkey' } }, answer => {
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
      sent.end()
    })
}
