import { readFile } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { makeCertificates } from './certificates.ts'

export type Documents = {
  /** `https://localhost:PORT`, which this process trusts. */
  base: string
  /** The paths that were asked for, in order. */
  asked: string[]
  close(): Promise<void>
}

/** A host that publishes documents. */
export async function openDocuments(answer: RequestListener): Promise<Documents> {
  const certificates = await makeCertificates()
  const [ca, cert, key] = await Promise.all(
    [certificates.ca, certificates.cert, certificates.key].map(file => readFile(file, 'utf8')),
  )
  const before = getCACertificates('default')
  setDefaultCACertificates([...before, ca!])
  const asked: string[] = []
  const server = createServer({ cert, key }, (request, response) => {
    asked.push(request.url!)
    answer(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  return {
    base: `https://localhost:${(server.address() as AddressInfo).port}`,
    asked,
    async close() {
      setDefaultCACertificates(before)
      await new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
      await certificates.remove()
    },
  }
}
