import { randomBytes } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { openSealed, seal } from '../../src/installs/sealed.ts'

const [old, current, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)]

describe('a sealed secret', () => {
  it('opens with the key that sealed it, also when that is no longer the first', () => {
    const sealed = seal([old], 'internal-token', 'lki_secret 🏔️')
    expect(openSealed([current, old], 'internal-token', sealed)).toBe('lki_secret 🏔️')
    expect(openSealed([current, stranger], 'internal-token', sealed)).toBeNull()
  })

  it('shows nothing of itself, and never looks the same twice', () => {
    const [one, two] = [seal([current], 'a', 'lki_secret'), seal([current], 'a', 'lki_secret')]
    expect(one).not.toBe(two)
    expect(Buffer.from(one.split('.')[1]!, 'base64url').toString('latin1')).not.toContain('lki_')
  })

  it('does not open for another purpose, when altered anywhere, or when it is none', () => {
    const sealed = seal([current], 'internal-token', 'lki_secret')
    expect(openSealed([current], 'session', sealed)).toBeNull()
    const [id, body] = sealed.split('.') as [string, string]
    const bytes = Buffer.from(body, 'base64url')
    for (let at = 0; at < bytes.length; at++) {
      const altered = Buffer.from(bytes)
      altered[at]! ^= 1
      expect(openSealed([current], 'internal-token', `${id}.${altered.toString('base64url')}`)).toBeNull()
    }
    for (const text of ['', '.', id, `${id}.`, `${id}.AAAA`, 'plain text'])
      expect(openSealed([current], 'internal-token', text)).toBeNull()
  })
})
