import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * The keys that encrypt and sign: those of the configuration, or in development one that is made once and kept in the data
 * directory.
 */
export async function loadSecretKeys(config: {
  secretKeys: Buffer[] | null
  dataDir: string
}): Promise<Buffer[]> {
  if (config.secretKeys) return config.secretKeys
  const file = path.join(config.dataDir, 'secret-key')
  const kept = await readFile(file, 'utf8').catch(() => null)
  if (kept !== null) return [Buffer.from(kept.trim(), 'base64')]
  const key = randomBytes(32)
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, `${key.toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
    return [key]
  } catch {
    // Another process made it in the same moment.
    return [Buffer.from((await readFile(file, 'utf8')).trim(), 'base64')]
  }
}
