import { describe, expect, it } from '@jest/globals'
import { readConfig } from '../../src/config.ts'

const issuer = (ISSUER: string) => readConfig({ ISSUER }).issuer

describe('ISSUER', () => {
  it.each([
    ['capitals', 'https://Connect.Example.COM', 'https://connect.example.com'],
    ['the default port', 'https://connect.example.com:443', 'https://connect.example.com'],
    ['the default port of http', 'HTTP://localhost:80', 'http://localhost'],
    ['another port', 'https://connect.example.com:8443', 'https://connect.example.com:8443'],
    ['an international name', 'https://bücher.example', 'https://xn--bcher-kva.example'],
  ])('with %s is brought to one form', (_what, written, read) => {
    expect(issuer(written)).toBe(read)
  })

  it.each([
    ['a path', 'https://example.com/latchkey', /without a path/],
    ['a query', 'https://example.com?a=b', /without a query or fragment/],
    ['an empty fragment', 'https://example.com#', /without a query or fragment/],
    ['a user', 'https://ada@example.com', /without user and password/],
    ['a slash at the end', 'https://example.com/', /without a slash at the end/],
    ['no scheme', 'example.com', /expected a base address such as https:/],
  ])('with %s is refused for just that', (_what, written, words) => {
    expect(() => issuer(written)).toThrow(words)
  })
})
