/** Signing keys: a JWKS file of private keys; the first one signs. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'

export type SigningKey = {
  kty: string
  crv: string
  x: string
  y: string
  d: string
  kid: string
  use: 'sig'
  alg: 'ES256'
  /** When it was made, in seconds since 1970. */
  iat: number
}
export type KeyRole = 'signs' | 'next' | 'previous'
export type ListedKey = { kid: string; alg: string; role: KeyRole; createdAt: Date }

type KeyPlace = { signingKeys: string | null; dataDir: string }

/** The configured file, or the default under the data directory. */
export function signingKeyFile(place: KeyPlace): string {
  return place.signingKeys ?? path.join(place.dataDir, 'signing-keys.json')
}

/**
 * Reads the keys. Where the configuration names no file, creates the default one if needed.
 * @throws an Error in one sentence when the configured file is missing or is not a JWKS of private ES256 keys.
 */
export async function loadSigningKeys(place: KeyPlace): Promise<{ keys: SigningKey[] }> {
  const file = signingKeyFile(place)
  const keys = await readKeys(file)
  if (keys) return { keys }
  if (place.signingKeys) throw new Error(`SIGNING_KEYS: there is no file ${file}`)
  const first = [await newKey(new Date())]
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  // `link` fails if another process was first, and readers never see a partial file.
  const beside = await writeBeside(file, first)
  await link(beside, file).catch(error => {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  })
  await rm(beside)
  return { keys: (await readKeys(file))! }
}

export async function listSigningKeys(place: KeyPlace): Promise<ListedKey[]> {
  const keys = (await readKeys(signingKeyFile(place))) ?? []
  return keys.map((key, index) => ({
    kid: key.kid,
    alg: key.alg,
    role: roleOf(index, keys.length),
    createdAt: new Date(key.iat * 1000),
  }))
}

/**
 * Rotates with overlap: the next key signs, the previous signing key stays published for existing signatures, an older one is
 * removed, and a new next key is published. Servers read the file when they start.
 */
export async function rotateSigningKeys(place: KeyPlace, now: Date): Promise<ListedKey[]> {
  const file = signingKeyFile(place)
  const [signing, ...others] = (await readKeys(file)) ?? []
  const next = others.at(-1)
  const fresh = await newKey(now)
  const kept = !signing ? [fresh] : !next ? [signing, fresh] : [next, signing, fresh]
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
  // An atomic rename: a starting server reads the old file or the new one.
  await rename(await writeBeside(file, kept), file)
  return listSigningKeys(place)
}

/** Order in the file: the signing key, the previous one if any, the next one. */
function roleOf(index: number, count: number): KeyRole {
  if (index === 0) return 'signs'
  return index === count - 1 ? 'next' : 'previous'
}

async function newKey(now: Date): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = (await exportJWK(privateKey)) as Pick<SigningKey, 'kty' | 'crv' | 'x' | 'y' | 'd'>
  const kid = randomBytes(9).toString('base64url')
  return { ...jwk, kid, use: 'sig', alg: 'ES256', iat: Math.floor(now.getTime() / 1000) }
}

async function readKeys(file: string): Promise<SigningKey[] | null> {
  const text = await readFile(file, 'utf8').catch(error => {
    if ((error as { code?: string }).code === 'ENOENT') return null
    throw new Error(`The signing keys in ${file} cannot be read: ${(error as Error).message}`)
  })
  if (text === null) return null
  try {
    const { keys } = JSON.parse(text) as { keys: SigningKey[] }
    if (keys.length > 0 && keys.every(key => key.kid && key.d && key.alg === 'ES256')) return keys
  } catch {
    // Reported below.
  }
  throw new Error(
    `The signing keys in ${file} are not a JWKS with private ES256 keys (make one with: latchkey keys rotate)`,
  )
}

async function writeBeside(file: string, keys: SigningKey[]): Promise<string> {
  const beside = `${file}.${randomBytes(4).toString('hex')}`
  await writeFile(beside, `${JSON.stringify({ keys }, null, 2)}\n`, { mode: 0o600 })
  return beside
}
