import { spawnSync } from 'node:child_process'
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

/** The headless shell comes first: it draws pages with the same engine, without a window's user interface around them. */
export function findChromium(): string | null {
  const named = process.env.CHROMIUM_PATH
  if (named) return existsSync(named) ? named : null
  return onPath(
    'chromium-headless-shell',
    'chromium',
    'chromium-browser',
    'google-chrome',
    'google-chrome-stable',
    'chrome',
  )
}

/** A Python with requests-oauthlib, which a snippet of "How to integrate" uses. It is optional. */
export function findPythonClient(): string | null {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(folder => folder !== '')
  const pythons = folders.map(folder => path.join(folder, 'python3')).filter(file => existsSync(file))
  return pythons.find(file => spawnSync(file, ['-c', 'import requests_oauthlib']).status === 0) ?? null
}
