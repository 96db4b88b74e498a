import type { LaunchOptions } from 'playwright-core'
import { findChromium } from './programs.ts'

/** How a Chromium is started for tests; as root it runs without its own sandbox. */
export function browserOptions(): LaunchOptions {
  return {
    executablePath: findChromium()!,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  }
}
