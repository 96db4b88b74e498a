import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * The configured secret keys, or in development one that is generated once and stored in the data directory.
 * @returns keys of 32 bytes each, in a list of its own: key-rotation.ts reorders it.
 */
export async function loadSecretKeys(config: {
  secretKeys: Buffer[] | null
  dataDir: string
}): Promise<Buffer[]> {
  if (config.secretKeys) return [...config.secretKeys]
  const file = path.join(config.dataDir, 'secret-key')
  const kept = await readFile(file, 'utf8').catch(() => null)
  if (kept !== null) return [Buffer.from(kept.trim(), 'base64')]
  const key = randomBytes(32)
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
    return [key]
  } catch {
    // Another process created it first.
    return [Buffer.from((await readFile(file, 'utf8')).trim(), 'base64')]
  }
}
