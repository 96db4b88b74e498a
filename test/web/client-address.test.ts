import { describe, expect, it } from '@jest/globals'
import type { Context } from 'koa'
import { clientAddress, readTrustProxy } from '../../src/client-address.ts'

/** The address that is decided on, and the forwarding headers that are left. */
async function decide(trust: string, socket: string, headers: Record<string, string> = {}) {
  const ctx = { req: { socket: { remoteAddress: socket }, headers }, request: { ip: '' } }
  await clientAddress(readTrustProxy(trust)!)(ctx as unknown as Context, async () => {})
  return { ip: ctx.request.ip, headers: Object.keys(headers) }
}
const forwardedFor = async (list: string, trust = 'true') =>
  (await decide(trust, '10.0.0.1', { 'x-forwarded-for': list })).ip
const forwarded = async (text: string) => (await decide('true', '10.0.0.1', { forwarded: text })).ip

describe('the address of a client', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:52011', '203.0.113.7'],
    ['"203.0.113.7:52011"', '203.0.113.7'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['"[2001:db8::1]"', '2001:db8::1'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['fe80::1%eth0', 'fe80::1'],
    ['spoofed, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.9, 203.0.113.7', '203.0.113.7'],
    ['unknown', '10.0.0.1'],
    ['_hidden', '10.0.0.1'],
    ['203.0.113.999', '10.0.0.1'],
    ['', '10.0.0.1'],
  ])('behind one proxy that wrote "%s" is %s', async (list, ip) => {
    expect(await forwardedFor(list)).toBe(ip)
  })

  it.each([
    ['for=203.0.113.7;proto=https;by=10.0.0.1', '203.0.113.7'],
    ['for="203.0.113.7:4711"', '203.0.113.7'],
    ['For="[2001:db8:cafe::17]:4711"', '2001:db8:cafe::17'],
    ['for=198.51.100.9, for=203.0.113.7', '203.0.113.7'],
    ['for=unknown', '10.0.0.1'],
    ['for=_SEVKISEK', '10.0.0.1'],
    ['proto=https', '10.0.0.1'],
    ['for="', '10.0.0.1'],
  ])('behind one proxy that wrote Forwarded: %s is %s', async (text, ip) => {
    expect(await forwarded(text)).toBe(ip)
  })

  it('is the one before as many proxies as are believed', async () => {
    const list = '192.0.2.66, 203.0.113.7, 10.0.0.3, 10.0.0.2'
    expect(await forwardedFor(list, '3')).toBe('203.0.113.7')
    expect(await forwardedFor(list, '1')).toBe('10.0.0.2')
    expect(await forwardedFor('203.0.113.7', '3')).toBe('203.0.113.7')
  })

  it('is the first that is not in a believed network', async () => {
    const list = '192.0.2.66, 203.0.113.7, 10.0.0.3, 10.0.0.2'
    expect(await forwardedFor(list, '10.0.0.0/8')).toBe('203.0.113.7')
    expect(await forwardedFor('203.0.113.7, fd00::2', '10.0.0.1, fd00::/8')).toBe('203.0.113.7')
    expect(await forwardedFor('203.0.113.7, unknown, 10.0.0.3', '10.0.0.0/8')).toBe('10.0.0.3')
  })

  it('is that of the socket where nobody is believed, whatever a client wrote, and no header of it is left', async () => {
    const lies = () => ({
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'for=203.0.113.7',
    })
    for (const trust of ['false', '0', '10.0.0.0/8', '2001:db8::/32'])
      expect(await decide(trust, '::ffff:198.51.100.1', lies())).toEqual({ ip: '198.51.100.1', headers: [] })
  })
})

describe('TRUST_PROXY', () => {
  it.each(['yes', '-1', '100', '10.0.0.0/33', '10.0.0', '::/129', '10.0.0.0/8,', '10.0.0.0/8/8'])(
    'is not %s',
    text => {
      expect(readTrustProxy(text)).toBeUndefined()
    },
  )
})
