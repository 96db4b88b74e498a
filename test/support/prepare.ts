/**
 * Installs the tests' requirements that npm does not ship: a Redis server and a Chromium. On Debian and Ubuntu as root they come
 * from apt; elsewhere present programs are used, and missing ones are named in one sentence. A Python client is optional: with it
 * the Python snippet is run, without it compared with the one that was.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { findChromium, findPythonClient, findRedisServer } from './programs.ts'

const missing: string[] = []
if (!process.env.REDIS_URL && !findRedisServer()) missing.push('redis-server')
if (!findChromium()) missing.push('chromium')

const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')

function install(packages: string[]): void {
  console.log(`Installing ${packages.join(' and ')} with apt-get`)
  const quiet = {
    stdio: ['ignore', 'ignore', 'inherit'] as ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  execFileSync('apt-get', ['update', '-qq'], quiet)
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], quiet)
}

/** Older releases have no headless shell of their own; there the whole browser serves. */
function installAnyOf(choices: string[]): void {
  for (const [nr, name] of choices.entries())
    try {
      install([name])
      return
    } catch (error) {
      if (nr === choices.length - 1) throw error
    }
}

if (missing.length > 0 && mayInstall) {
  const others = missing.filter(name => name !== 'chromium')
  if (others.length > 0) install(others)
  if (missing.includes('chromium')) installAnyOf(['chromium-headless-shell', 'chromium'])
}
if (missing.length > 0 && !mayInstall) {
  console.error(
    `The tests need ${missing.join(' and ')}: install ${missing.length > 1 ? 'them' : 'it'} with your package manager` +
      ', or set REDIS_URL to a Redis 6.2 or newer and CHROMIUM_PATH to a Chromium or Chrome.',
  )
  process.exit(1)
}

if (mayInstall && !findPythonClient()) {
  try {
    install(['python3-requests-oauthlib'])
  } catch {
    console.log(
      'The Python snippet is compared with the one that was run, not run: its library is not to be had.',
    )
  }
}
