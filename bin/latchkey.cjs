#!/usr/bin/env node
// The `latchkey` command on any Node.js from 20 on. The sources are TypeScript: a Node that strips types runs them here, an older
// one starts the Node 24 that npm installed among the packages.
const path = require('node:path')

const program = path.join(__dirname, '..', 'src', 'cli.ts')

if (process.features.typescript) {
  import('../src/cli.ts')
} else {
  const { existsSync } = require('node:fs')
  const { spawn } = require('node:child_process')
  const node = path.join(__dirname, '..', 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(node)) {
    process.stderr.write(
      `latchkey: Node.js 24 is needed, found ${process.version}; run "npm ci", which brings it.\n`,
    )
    process.exit(1)
  }
  const child = spawn(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C in a terminal reaches both processes; a signal sent to this one alone is passed on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
}
