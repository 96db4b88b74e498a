#!/usr/bin/env node
// The one file of Latchkey that any Node.js 20 understands: src/cli.ts leads here too, as a link, because Node 20 refuses to
// open a file that ends in .ts. The sources need a Node that strips types; where this one does not, the Node 24 that npm
// brought takes over.
const path = require('node:path')
const { enableCompileCache } = require('node:module')

if (process.features.typescript) {
  // What was compiled once is kept beside the packages, where they may be written to: a command starts a third sooner.
  enableCompileCache(path.join(__dirname, '..', '..', 'node_modules', '.cache', 'latchkey'))
  import('./main.ts')
} else {
  const { existsSync } = require('node:fs')
  const { spawn } = require('node:child_process')
  const node = path.join(__dirname, '..', '..', 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(node)) {
    process.stderr.write(
      `Latchkey needs Node.js 24, found ${process.version}; run "npm ci", which brings it.\n`,
    )
    process.exit(1)
  }
  const child = spawn(node, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches both from the terminal; a signal that was sent to this process alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
}
