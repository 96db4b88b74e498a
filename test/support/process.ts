import { type ChildProcess, spawn } from 'node:child_process'

export type Running = {
  child: ChildProcess
  /** With which code, or by which signal, it ends. */
  ended: Promise<number | string | null>
}

/** Starts `latchkey start` as a process of its own, and waits for its first words, which it says when it is ready. */
export async function startProcess(env: Record<string, string>): Promise<Running> {
  const child = spawn(process.execPath, ['src/cli.ts', 'start'], {
    env: { PATH: process.env.PATH, LOG_LEVEL: 'silent', DEMO: 'false', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | string | null>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? signal)),
  )
  const said = new Promise<void>(resolve => child.stdout.once('data', () => resolve()))
  const early = ended.then(code => {
    throw new Error(`it ended with ${code}`)
  })
  await Promise.race([said, early])
  return { child, ended }
}
