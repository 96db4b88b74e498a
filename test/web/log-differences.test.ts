import { describe, expect, it } from '@jest/globals'
import { differences, nearest } from '../../src/web/developers/log/differences.ts'

/** Marked pieces in brackets. */
const shown = (sent: string, expected: string) => {
  const both = differences(sent, expected)
  const text = (side: 'sent' | 'expected') =>
    both[side].map(piece => (piece.marked ? `[${piece.text}]` : piece.text)).join('')
  return [text('sent'), text('expected')]
}

describe('the characters in which an address differs', () => {
  it.each([
    ['https://a.test/cb/', 'https://a.test/cb', 'https://a.test/cb[/]', 'https://a.test/cb[␣]'],
    [
      'https://a.test/calback/',
      'https://a.test/callback',
      'https://a.test/cal[␣]back[/]',
      'https://a.test/cal[l]back[␣]',
    ],
    [
      'http://a.test/callback',
      'https://a.test/callback',
      'http[␣]://a.test/callback',
      'http[s]://a.test/callback',
    ],
    [
      'https://a.test/other',
      'https://a.test/callback',
      'https://a.test/[other]',
      'https://a.test/[callback]',
    ],
    [
      'https://a.test/Callback',
      'https://a.test/callback',
      'https://a.test/[C]allback',
      'https://a.test/[c]allback',
    ],
    ['same', 'same', 'same', 'same'],
    ['', 'https://a.test/', '[␣]', '[https://a.test/]'],
  ])('%s beside %s', (sent, expected, one, other) => {
    expect(shown(sent, expected)).toEqual([one, other])
  })

  it('takes an address of any length, and loses none of it', () => {
    const long = `https://a.test/${'ab'.repeat(1_000)}`
    const { sent, expected } = differences(long, `https://b.test/${'ba'.repeat(900)}x`)
    expect(sent.map(piece => piece.text).join('')).toBe(long)
    expect(expected.map(piece => piece.text).join('')).toContain('b.test')
  })

  it('are shown beside the registered one that was probably meant', () => {
    const registered = ['https://staging.a.test/callback', 'https://a.test/callback', 'com.app:/callback']
    expect(nearest('https://a.test/calback/', registered)).toBe('https://a.test/callback')
    expect(nearest('https://staging.a.test/callbac', registered)).toBe('https://staging.a.test/callback')
  })
})
