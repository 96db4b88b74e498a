import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { signedMetadata } from '../../src/oidc/endpoints/metadata.ts'
import { listSigningKeys, loadSigningKeys, rotateSigningKeys, signingKeyFile } from '../../src/oidc/keys.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'latchkey-keys-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const place = (name: string) => ({ signingKeys: null, dataDir: path.join(folder, name) })

describe('signing keys', () => {
  it('are made once, also by ten processes at once, and kept for the owner alone', async () => {
    const here = place('made')
    const loaded = await Promise.all(Array.from({ length: 10 }, () => loadSigningKeys(here)))
    expect(new Set(loaded.map(one => one.keys[0]!.kid)).size).toBe(1)
    expect((await stat(signingKeyFile(here))).mode & 0o777).toBe(0o600)
  })

  it('rotate with overlap: what was published as next signs, what signed stays for its signatures', async () => {
    const here = place('rotated')
    const [first] = (await loadSigningKeys(here)).keys
    const roles = async () => (await listSigningKeys(here)).map(key => [key.kid, key.role])
    expect(await roles()).toEqual([[first!.kid, 'signs']])

    const [, second] = await rotateSigningKeys(here, new Date())
    expect(await roles()).toEqual([
      [first!.kid, 'signs'],
      [second!.kid, 'next'],
    ])
    const [, , third] = await rotateSigningKeys(here, new Date())
    expect(await roles()).toEqual([
      [second!.kid, 'signs'],
      [first!.kid, 'previous'],
      [third!.kid, 'next'],
    ])
    await rotateSigningKeys(here, new Date())
    expect((await roles()).slice(0, 2)).toEqual([
      [third!.kid, 'signs'],
      [second!.kid, 'previous'],
    ])
  })

  it('sign the metadata so that the published keys verify it', async () => {
    const { keys } = await loadSigningKeys(place('signing'))
    const metadata = await signedMetadata(
      { issuer: 'https://connect.example.com', agents: 'open', mcp: true },
      keys[0]!,
    )
    const { d: _private, ...published } = keys[0]!
    const { payload } = await jwtVerify(
      String(metadata.signed_metadata),
      createLocalJWKSet({ keys: [published] }),
      { issuer: 'https://connect.example.com' },
    )
    expect(payload).toMatchObject({ token_endpoint: metadata.token_endpoint })
  })

  it('that are named and not there, or are none, stop the start with a sentence', async () => {
    const missing = path.join(folder, 'missing.json')
    await expect(loadSigningKeys({ signingKeys: missing, dataDir: folder })).rejects.toThrow(
      /there is no file/,
    )
    const broken = path.join(folder, 'broken.json')
    for (const text of ['{', '{}', '{"keys":[]}', '{"keys":[{"kid":"a","alg":"RS256"}]}']) {
      await writeFile(broken, text)
      await expect(loadSigningKeys({ signingKeys: broken, dataDir: folder })).rejects.toThrow(
        /latchkey keys rotate/,
      )
    }
    expect(await readFile(broken, 'utf8')).toContain('RS256')
  })
})
