import { spawn } from 'node:child_process'
import { freePort } from '../../src/storage/postgres/embedded/server.ts'
import type { Packages } from './_packages.ts'

/** An answer of a tool, as far as the runs look at it. */
export type Told = { isError: boolean; text: string }

/** A client at work: it names an address to its person, waits until access is allowed there, and uses tools. */
export type Client = {
  tools(): Promise<string[]>
  use(name: string, sent: Record<string, string>): Promise<Told>
  close(): Promise<void>
}

export type Begin = (asked: {
  packages: Packages
  address: string
  document: string | null
  /** Takes the person to the address that the client names. */
  visit(address: string): Promise<void>
}) => Promise<Client>

const patienceMs = 60_000

function within<T>(what: string, work: Promise<T>): Promise<T> {
  return Promise.race([
    work,
    new Promise<never>((_, reject) =>
      setTimeout(
        () => reject(new Error(`${what} took longer than ${patienceMs / 1000} s`)),
        patienceMs,
      ).unref(),
    ),
  ])
}

/** The address in what a client writes, at which its person allows access. */
const authorizeAddress = /https?:\/\/\S+\/(?:v1\/oauth\/authorize\?|device\?user_code=)[^\s"']+/

const environment = (home: string) => ({
  ...{ PATH: process.env.PATH, HOME: home, BROWSER: '/bin/true', MCP_REMOTE_CONFIG_DIR: home },
  // It opens browsers on a terminal alone, unless told to.
  MCP_AUTO_OPEN_ENABLED: 'true',
})

/** mcp-remote is spoken to over its standard input and output. */
export const mcpRemote =
  (...flags: string[]): Begin =>
  async ({ packages, address, document, visit }) => {
    const home = await packages.home()
    const args = [address, String(await freePort()), ...flags]
    if (document !== null) args.push('--client-metadata-url', document)
    const child = spawn(process.execPath, [packages.mcpRemote, ...args], { env: environment(home) })
    const waiting = new Map<number, (message: { result?: unknown; error?: { message: string } }) => void>()
    let [written, heard, last] = ['', '', 0]
    let seen = false
    let failed: (error: unknown) => void = () => {}
    const failure = new Promise<never>((_, reject) => {
      failed = reject
    })
    failure.catch(() => {})
    child.stdout.setEncoding('utf8').on('data', text => {
      heard += text
      const lines = heard.split('\n')
      heard = lines.pop()!
      for (const line of lines.filter(one => one.startsWith('{'))) {
        const message = JSON.parse(line)
        waiting.get(message.id)?.(message)
      }
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      written += text
      const found = authorizeAddress.exec(written)?.[0] ?? deviceAddress(written)
      if (!found || seen) return
      seen = true
      visit(found).catch(failed)
    })
    child.once('exit', code => failed(new Error(`mcp-remote ended with ${code}: ${written.slice(-2_000)}`)))

    function ask(method: string, params: object): Promise<Record<string, unknown>> {
      const id = ++last
      const answer = new Promise<Record<string, unknown>>((resolve, reject) =>
        waiting.set(id, ({ result, error }) =>
          error ? reject(new Error(error.message)) : resolve(result as Record<string, unknown>),
        ),
      )
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`)
      return within(method, Promise.race([answer, failure]))
    }

    await ask('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'run', version: '1' },
    })
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`)
    return {
      tools: async () => ((await ask('tools/list', {})).tools as { name: string }[]).map(one => one.name),
      use: async (name, sent) => toldOf(await ask('tools/call', { name, arguments: sent })),
      async close() {
        const gone = new Promise(resolve => child.once('exit', resolve))
        child.kill()
        await gone
      },
    }
  }

/** The page and the code that a client prints for a person at another device. */
function deviceAddress(written: string): string | null {
  const code = /code:\s*([A-Z]{4}-[A-Z]{4})/.exec(written)?.[1]
  const page = /(https?:\/\/\S+\/device)\s/.exec(written)?.[1]
  return code && page ? `${page}?user_code=${code}` : null
}

/** The inspector's command line runs once for each question, and keeps its tokens in its home. */
export const inspector =
  (...flags: string[]): Begin =>
  async ({ packages, address, document, visit }) => {
    const home = await packages.home()
    const callback = `http://127.0.0.1:${await freePort()}/oauth/callback`
    const common = ['--cli', '--server-url', address, '--transport', 'http', '--callback-url', callback]
    if (document !== null) common.push('--client-metadata-url', document)

    function run(...args: string[]): Promise<Record<string, unknown>> {
      const child = spawn(
        process.execPath,
        [packages.inspector, ...common, ...flags, '--format', 'json', ...args],
        { env: environment(home), stdio: ['ignore', 'pipe', 'pipe'] },
      )
      let [out, err] = ['', '']
      let seen = false
      const ended = new Promise<Record<string, unknown>>((resolve, reject) => {
        const hear = (text: string) => {
          const found = authorizeAddress.exec(err + out)?.[0]
          if (!found || seen) return text
          seen = true
          visit(found).catch(reject)
          return text
        }
        child.stdout.setEncoding('utf8').on('data', text => {
          out += text
          hear(text)
        })
        child.stderr.setEncoding('utf8').on('data', text => {
          err += text
          hear(text)
        })
        child.once('close', code => {
          const line = out.split('\n').findLast(one => one.startsWith('{'))
          if (line) resolve(JSON.parse(line))
          else reject(new Error(`the inspector ended with ${code}: ${(err + out).slice(-2_000)}`))
        })
      })
      return within(args.join(' '), ended).finally(() => child.kill())
    }

    const method = (answer: Record<string, unknown>) => (answer.result ?? answer) as Record<string, unknown>
    return {
      tools: async () =>
        (method(await run('--method', 'tools/list')).tools as { name: string }[]).map(one => one.name),
      use: async (name, sent) =>
        toldOf(
          method(
            await run(
              ...['--method', 'tools/call', '--tool-name', name],
              ...['--tool-args-json', JSON.stringify(sent)],
            ),
          ),
        ),
      async close() {},
    }
  }

function toldOf(result: Record<string, unknown>): Told {
  const { isError = false, content } = result as { isError?: boolean; content: { text: string }[] }
  return { isError, text: content.map(one => one.text).join('\n') }
}
