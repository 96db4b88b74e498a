import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const versions = { 'mcp-remote': '0.15.1', '@modelcontextprotocol/inspector': '2.12.0' }

export type Packages = {
  /** The folder of a home that is theirs alone. */
  home(): Promise<string>
  mcpRemote: string
  inspector: string
  remove(): Promise<void>
}

/** The published packages, unmodified, in a folder of their own. */
export async function installPackages(): Promise<Packages> {
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-agents-'))
  await writeFile(path.join(folder, 'package.json'), '{"private":true}')
  const names = Object.entries(versions).map(([name, version]) => `${name}@${version}`)
  const npm = spawn('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...names], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise(resolve => npm.once('close', resolve))
  if (code !== 0) throw new Error(`npm install ended with ${code}`)
  const at = (...parts: string[]) => path.join(folder, 'node_modules', ...parts)
  return {
    home: () => mkdtemp(path.join(folder, 'home-')),
    mcpRemote: at('mcp-remote', 'dist', 'proxy.js'),
    inspector: at('@modelcontextprotocol', 'inspector', 'clients', 'launcher', 'build', 'index.js'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
