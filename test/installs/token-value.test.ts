import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import { newTokenValue, tokenPrefix, tokenValueFrom } from '../../src/installs/token-value.ts'

describe('a token value', () => {
  it('is a prefix that scanners find, 30 random characters, and 6 of a checksum', () => {
    for (const prefix of ['lka_', 'lkr_', 'lki_', 'lks_', 'lkc_'] as const) {
      const value = newTokenValue(prefix)
      expect(value).toMatch(new RegExp(`^${prefix}[0-9A-Za-z]{36}$`))
      expect(tokenPrefix(value)).toBe(prefix)
    }
    expect(new Set(Array.from({ length: 1_000 }, () => newTokenValue('lka_'))).size).toBe(1_000)
  })

  it('carries the CRC-32 that everyone computes', () => {
    const value = newTokenValue('lka_')
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
    const checksum = [...value.slice(-6)].reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0)
    expect(checksum).toBe(crc32(value.slice(0, -6)))
  })

  it('with one character changed, left out or added is refused before any look-up', () => {
    const value = newTokenValue('lkr_')
    for (let at = 4; at < value.length; at++) {
      const other = value[at] === 'x' ? 'y' : 'x'
      expect(tokenPrefix(value.slice(0, at) + other + value.slice(at + 1))).toBeNull()
    }
    for (const wrong of [
      value.slice(1),
      value.slice(0, -1),
      `${value}x`,
      `lka_${value.slice(4)}`,
      `${value}\n`,
      '',
    ])
      expect(tokenPrefix(wrong)).toBeNull()
  })

  it('with a prefix that is not ours is refused, whatever its checksum', () => {
    const foreign = newTokenValue('lkx_' as 'lka_')
    expect(tokenPrefix(foreign)).toBeNull()
  })

  it('uses every character equally often', () => {
    const counts = new Map<string, number>()
    for (let n = 0; n < 5_000; n++)
      for (const one of newTokenValue('lka_').slice(4, 34)) counts.set(one, (counts.get(one) ?? 0) + 1)
    expect(counts.size).toBe(62)
    const expected = (5_000 * 30) / 62
    for (const count of counts.values()) expect(Math.abs(count - expected) / expected).toBeLessThan(0.15)
  })

  it('can be determined by bytes: the same ones give the same value', () => {
    const bytes = randomBytes(64)
    expect(tokenValueFrom('lkr_', bytes)).toBe(tokenValueFrom('lkr_', bytes))
    expect(tokenPrefix(tokenValueFrom('lkr_', bytes))).toBe('lkr_')
    expect(tokenValueFrom('lkr_', randomBytes(64))).not.toBe(tokenValueFrom('lkr_', bytes))
    expect(() => tokenValueFrom('lkr_', Buffer.alloc(64, 255))).toThrow('too few bytes')
  })
})
