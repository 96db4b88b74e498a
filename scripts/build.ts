/**
 * npm run build: dist/, a package of plain JavaScript with declarations, for publishing and for a Node 22 that strips no
 * types. It has the layout of the checkout, so that src/root.ts finds views, public, config and migrations in both.
 */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const root = path.dirname(import.meta.dirname)
const dist = path.join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
compile()
for (const folder of ['views', 'public', 'config'])
  cpSync(path.join(root, folder), path.join(dist, folder), { recursive: true })
for (const file of ['README.md', 'CHANGELOG.md', 'LICENSE'])
  cpSync(path.join(root, file), path.join(dist, file))
chmodSync(path.join(dist, 'src', 'cli.js'), 0o755)
writeManifest()
console.log(`Built ${path.relative(process.cwd(), dist) || dist}`)

/** The compiler reads a configuration of its own, which lies in dist only while it runs. */
function compile(): void {
  const config = path.join(dist, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: '../tsconfig.json',
      compilerOptions: {
        noEmit: false,
        rootDir: '..',
        outDir: '.',
        declaration: true,
        typeRoots: ['../node_modules/@types'],
      },
      include: ['../src', '../migrations'],
    }),
  )
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status } = spawnSync(process.execPath, [tsc, '-p', config], { stdio: 'inherit' })
  rmSync(config)
  if (status !== 0) process.exit(1)
}

function writeManifest(): void {
  const { name, version, description, license, type, dependencies } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  ) as Record<string, unknown>
  const manifest = {
    ...{ name, version, description, license, type },
    engines: { node: '>=22' },
    bin: { latchkey: 'src/cli.js' },
    exports: {
      '.': { types: './src/index.d.ts', default: './src/index.js' },
      './resource': { types: './src/resource.d.ts', default: './src/resource.js' },
    },
    dependencies,
  }
  writeFileSync(path.join(dist, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}
