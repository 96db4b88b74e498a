import { type ChildProcess, fork } from 'node:child_process'
import path from 'node:path'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import type { OpenProvider } from './open-provider.ts'
import type { ProviderSettings } from './provider-server.ts'

export type Processes = { bases: string[]; stop(): Promise<void> }
export type ServerProcess = { base: string; stop(): Promise<void>; kill(): Promise<void> }

/** Server processes beside the one at hand, on the same stores and under the same issuer. */
export async function startProcesses(server: OpenProvider, count: number): Promise<Processes> {
  const started = await Promise.all(Array.from({ length: count }, () => startProcess(server)))
  return {
    bases: started.map(one => one.base),
    async stop() {
      await Promise.all(started.map(one => one.stop()))
    },
  }
}

/** @throws an Error with the sentence by which the process refused to start. */
export async function startProcess(
  server: OpenProvider,
  more: Partial<ProviderSettings> = {},
): Promise<ServerProcess> {
  const port = more.port ?? (await freePort())
  const keys = more.secretKeys?.map(key => key.toString('base64'))
  const settings = {
    ...{ ...server.settings, ...more, port, issuer: server.base, logLevel: 'silent' },
    ...(keys ? { secretKeys: keys } : {}),
  }
  const child = fork(path.resolve('test/support/provider-process.ts'), [JSON.stringify(settings)], {
    execArgv: [],
  })
  await new Promise<void>((resolve, reject) => {
    child.once('message', word => (word === 'ready' ? resolve() : reject(new Error(String(word)))))
    child.once('exit', code => reject(new Error(`the server process ended with ${code}`)))
  })
  return {
    base: `http://127.0.0.1:${port}`,
    stop: () => ended(child, () => child.send('stop')),
    kill: () => ended(child, () => child.kill('SIGKILL')),
  }
}

function ended(child: ChildProcess, end: () => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => {
    child.once('exit', () => resolve())
    end()
  })
}
