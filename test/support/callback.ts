import { createServer } from 'node:http'

export type Callback = {
  /** The redirect URI. */
  address: string
  close(): Promise<void>
}

/** The partner's side of the redirect, on a port of its own: a browser that is sent there arrives. */
export async function openCallback(): Promise<Callback> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><html lang="en"><title>Partner</title><h1>Back at the partner</h1></html>')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    address: `http://127.0.0.1:${port}/callback`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
