import { fork } from 'node:child_process'
import path from 'node:path'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import type { OpenProvider } from './open-provider.ts'

export type Processes = { bases: string[]; stop(): Promise<void> }

/** Server processes beside the one at hand, on the same stores and under the same issuer. */
export async function startProcesses(server: OpenProvider, count: number): Promise<Processes> {
  const started = await Promise.all(
    Array.from({ length: count }, async () => {
      const port = await freePort()
      const settings = { ...server.settings, port, issuer: server.base, logLevel: 'silent' }
      const child = fork(path.resolve('test/support/provider-process.ts'), [JSON.stringify(settings)], {
        execArgv: [],
      })
      await new Promise<void>((resolve, reject) => {
        child.once('message', () => resolve())
        child.once('exit', code => reject(new Error(`the server process ended with ${code}`)))
      })
      return { child, base: `http://127.0.0.1:${port}` }
    }),
  )
  return {
    bases: started.map(one => one.base),
    async stop() {
      await Promise.all(
        started.map(
          ({ child }) =>
            new Promise<void>(resolve => {
              child.once('exit', () => resolve())
              child.send('stop')
            }),
        ),
      )
    },
  }
}
