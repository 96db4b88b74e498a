import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'

export type Balancer = {
  port: number
  /** The ports of the hosts: each request goes to the first; to the next where nobody listens. */
  order: number[]
  /** From now on requests go to all hosts in turn. */
  inTurn: boolean
  close(): Promise<void>
}

/** A load balancer before the hosts, request by request. An answer that is cut is cut for the client too. */
export async function startBalancer(order: number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true })
  const server = createServer((asked, answer) => {
    if (balancer.inTurn) balancer.order.push(balancer.order.shift()!)
    forward(agent, [...balancer.order], asked, answer)
  })
  await new Promise<void>(resolve => server.listen(0, 'localhost', resolve))
  const balancer: Balancer = {
    port: (server.address() as { port: number }).port,
    order: [...order],
    inTurn: false,
    close() {
      agent.destroy()
      server.closeAllConnections()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
  return balancer
}

async function forward(
  agent: Agent,
  ports: number[],
  asked: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of asked) chunks.push(chunk as Buffer)
  const cut = () => answer.destroy()
  const ask = () => {
    const { method, url: path, headers } = asked
    const sent = request({ agent, host: '127.0.0.1', port: ports.shift(), method, path, headers })
    sent.on('response', answered => {
      answer.writeHead(answered.statusCode!, answered.rawHeaders)
      answered.on('error', cut).on('aborted', cut).pipe(answer)
    })
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const unheard = error.code === 'ECONNREFUSED' && ports.length > 0
      if (unheard) ask()
      else cut()
    })
    sent.end(Buffer.concat(chunks))
  }
  ask()
}
