import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { generate } from 'selfsigned'

/** Paths of PEM files: a private certificate authority, and a certificate of its for `localhost`, not for 127.0.0.1. */
export type Certificates = { folder: string; ca: string; cert: string; key: string; remove(): Promise<void> }

export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(path.join(tmpdir(), 'latchkey-certificates-'))
  const authority = await generate([{ name: 'commonName', value: 'Latchkey tests' }], {
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  })
  const own = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    ca: { key: authority.private, cert: authority.cert },
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
  })
  const files = { ca: authority.cert, cert: own.cert, key: own.private }
  for (const [name, pem] of Object.entries(files))
    await writeFile(path.join(folder, name), pem, { mode: 0o600 })
  return {
    folder,
    ca: path.join(folder, 'ca'),
    cert: path.join(folder, 'cert'),
    key: path.join(folder, 'key'),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}
