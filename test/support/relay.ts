import { connect, createServer, type Socket } from 'node:net'

export type Relay = {
  /** The same address, by way of the relay. */
  through(url: string): string
  /** From now on no data arrives, and no connection ends: as with a server that hangs. */
  freeze(): void
  /** Held data arrives, and all goes on. */
  thaw(): void
  /** Ends every connection in the middle, as a server that is gone. */
  cut(): void
  close(): Promise<void>
}

/** A TCP relay on the loopback before the server that `url` names, to be in the way of a program and its store. */
export async function openRelay(url: string): Promise<Relay> {
  const { hostname, port } = new URL(url)
  const sockets = new Set<Socket>()
  let frozen = false
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).once('close', () => sockets.delete(socket))
    if (frozen) socket.pause()
  }
  const server = createServer(near => {
    const far = connect(Number(port), hostname)
    for (const socket of [near, far]) keep(socket)
    lead(near, far)
    lead(far, near)
  })
  const own = await new Promise<number>(resolve =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port)),
  )
  return {
    through(address) {
      const changed = new URL(address)
      changed.hostname = '127.0.0.1'
      changed.port = `${own}`
      return changed.href
    },
    freeze() {
      frozen = true
      for (const socket of sockets) socket.pause()
    },
    thaw() {
      frozen = false
      for (const socket of sockets) socket.resume()
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    close() {
      for (const socket of sockets) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

function lead(from: Socket, to: Socket): void {
  from.on('data', chunk => to.write(chunk))
  from.once('end', () => to.end())
  from.once('close', () => to.destroy())
}
