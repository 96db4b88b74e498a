import { existsSync } from 'node:fs'
import path from 'node:path'

function onPath(...names: string[]): string | null {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter))
    for (const name of names)
      if (folder !== '' && existsSync(path.join(folder, name))) return path.join(folder, name)
  return null
}

export function findRedisServer(): string | null {
  return onPath('redis-server', 'valkey-server')
}

export function findChromium(): string | null {
  const named = process.env.CHROMIUM_PATH
  if (named) return existsSync(named) ? named : null
  return onPath('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome')
}
