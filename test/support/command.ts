import { spawn } from 'node:child_process'

export type Ended = { code: number | null; out: string; err: string; json: () => unknown }

/** Runs `latchkey` as a person does, to its end; `input` is its standard input. */
export function latchkey(args: string[], env: Record<string, string>, input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['src/cli.ts', ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, LOG_LEVEL: 'silent', ...env },
    })
    const said = { out: '', err: '' }
    child.stdout.setEncoding('utf8').on('data', text => {
      said.out += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      said.err += text
    })
    child.stdin.on('error', () => {}) // it may end before it has read everything
    child.stdin.end(input)
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...said, json: () => JSON.parse(said.out) }))
  })
}
