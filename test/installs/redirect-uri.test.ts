import { describe, expect, it } from '@jest/globals'
import { faultOfRedirectUri } from '../../src/installs/redirect-uri.ts'

describe('a redirect URI', () => {
  it.each([
    'https://relay.test/callback',
    'https://relay.test',
    'https://relay.test:8443/a/b?tenant=1&next=%2Fhome',
    'https://RELAY.test/Case/Counts',
    'https://xn--bcher-kva.example/cb',
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:49152/cb',
    'http://[::1]:8080/cb',
  ])('%s may be registered by whoever asks', uri => {
    expect(faultOfRedirectUri(uri, 'public')).toBeNull()
    expect(faultOfRedirectUri(uri, 'confidential')).toBeNull()
  })

  it.each(['com.example.app:/callback', 'com.example.app://callback', 'io.relay.desktop:/a?b=c'])(
    '%s is for public clients',
    uri => {
      expect(faultOfRedirectUri(uri, 'public')).toBeNull()
      expect(faultOfRedirectUri(uri, 'confidential')).toMatch(/public clients/)
    },
  )

  it.each([
    ['http beyond this machine', 'http://relay.test/cb', /http with the host relay\.test/],
    [
      'a name that only begins like the loopback',
      'http://localhost.evil.test/cb',
      /host localhost\.evil\.test/,
    ],
    ['the loopback before an @', 'http://127.0.0.1@evil.test/cb', /user part/],
    ['the loopback after an @', 'http://user@127.0.0.1/cb', /user part/],
    ['an empty user', 'https://@relay.test/cb', /user part/],
    ['a password', 'https://user:secret@relay.test/cb', /user part/],
    ['another spelling of the loopback', 'http://0x7f.1/cb', /unusual form; write it as 127\.0\.0\.1/],
    ['a short spelling of the loopback', 'http://127.1/cb', /unusual form/],
    ['a number for a host', 'https://2130706433/cb', /unusual form/],
    ['a fragment', 'https://relay.test/cb#token', /fragment/],
    ['an empty fragment', 'https://relay.test/cb#', /fragment/],
    ['a wildcard host', 'https://*.relay.test/cb', /wildcard/],
    ['a wildcard path', 'https://relay.test/*', /wildcard/],
    ['javascript:', 'javascript:alert(1)', /scheme javascript:/],
    ['javascript: in capitals', 'JavaScript:alert(1)//.a', /scheme javascript:/],
    ['data:', 'data:text/html,x', /scheme data:/],
    ['file:', 'file:///etc/passwd', /scheme file:/],
    ['a scheme without a dot', 'myapp://callback', /scheme myapp:/],
    ['a relative address', '/callback', /not an absolute address/],
    ['an address without a scheme', '//relay.test/cb', /not an absolute address/],
    ['nothing', '', /not an absolute address/],
    ['no host', 'https:///cb', /no host/],
    ['dot segments', 'https://relay.test/a/../cb', /dot segments/],
    ['encoded dot segments', 'https://relay.test/a/%2e%2e/cb', /dot segments/],
    ['a backslash', 'https://relay.test\\@evil.test/cb', /has "\\\\" at place 19/],
    ['a space', 'https://relay.test/a b', /has a space at place 21/],
    ['a line break', 'https://relay.test/\r\nSet-Cookie', /control character/],
    ['a NUL', 'https://relay.test/\0', /control character/],
    ['an international host', 'https://bücher.example/cb', /write it as xn--bcher-kva\.example$/],
    ['an encoded one', 'https://b%C3%BCcher.example/cb', /write it as xn--bcher-kva\.example$/],
    ['a look-alike', 'https://rеlay.test/cb', /write it as xn--rlay-v4d\.test$/],
    ['a letter beyond ASCII in the path', 'https://relay.test/bücher', /has "ü" at place 21/],
    ['no end', `https://relay.test/${'a'.repeat(2_000)}`, /longer than 2000/],
  ])('with %s is refused, and the refusal names the part', (_name, uri, words) => {
    expect(faultOfRedirectUri(uri, 'public')).toMatch(words)
    expect(faultOfRedirectUri(uri, 'confidential')).not.toBeNull()
  })
})
