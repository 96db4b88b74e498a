import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import { makeCertificates } from '../support/certificates.ts'
import { startProcess } from '../support/process.ts'

export type Place = {
  /** The server with its demo, on which applications register themselves. */
  base: string
  /** The address of a document that describes an application on the person's computer. */
  document: string
  close(): Promise<void>
}

export async function openPlace(): Promise<Place> {
  const [port, dataDir, certificates] = await Promise.all([
    freePort(),
    mkdtemp(path.join(tmpdir(), 'latchkey-agents-data-')),
    makeCertificates(),
  ])
  const [cert, key] = await Promise.all(
    [certificates.cert, certificates.key].map(file => readFile(file, 'utf8')),
  )
  const documents = createServer({ cert, key }, (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        client_id: `https://${request.headers.host}${request.url}`,
        client_name: 'An assistant with a document',
        redirect_uris: ['http://localhost/oauth/callback', 'http://127.0.0.1/oauth/callback'],
      }),
    )
  })
  await new Promise<void>(resolve => documents.listen(0, 'localhost', resolve))
  const server = await startProcess({
    ...{ PORT: String(port), DATA_DIR: dataDir, DEMO: 'true', AGENTS: 'open' },
    ...{ OUTBOUND_HOSTS: 'localhost', NODE_EXTRA_CA_CERTS: certificates.ca },
    ...{ HOME: process.env.HOME ?? dataDir },
  })
  return {
    base: `http://localhost:${port}`,
    document: `https://localhost:${(documents.address() as AddressInfo).port}/assistant.json`,
    async close() {
      server.child.kill('SIGINT')
      await server.ended
      documents.close()
      documents.closeAllConnections()
      await Promise.all([certificates.remove(), rm(dataDir, { recursive: true, force: true })])
    },
  }
}
