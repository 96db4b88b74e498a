import type { Command } from 'commander'
import type { Demo } from '../compose/demo-data.ts'
import { type Config, readConfig } from '../config.ts'
import { CliError, newCommand, type Output, outputOf } from './command.ts'
import { requireSchema } from './stores.ts'

export function startCommand(): Command {
  return newCommand(
    'start',
    'start the server; without configuration on embedded stores, with the demo',
  ).action(async (options: { json?: boolean }) => start(outputOf(options)))
}

async function start(output: Output): Promise<void> {
  const config = readConfig(undefined, { keyFile: true })
  const [{ createInstallServer }, { listen }, { prepareDemo }] = await Promise.all([
    import('../app.ts'),
    import('../server.ts'),
    import('../compose/demo-data.ts'),
  ])
  const stop = untilStopped()
  const server = await createInstallServer(config)
  stop.ends = () => server.stores.stopDatabase()
  const { demo, listening } = await open().catch(async error => {
    await server.close()
    throw portFault(error, config)
  })
  async function open() {
    if (config.databaseUrl) await requireSchema(server.stores)
    return { demo: await prepareDemo(server.stores, config), listening: await listen(server, config) }
  }
  const address = config.issuer
  output.answer(
    {
      address,
      port: listening.port,
      demo: demo
        ? { partner: `${address}/demo-partner`, ...demo, users: demo.users.map(one => one.email) }
        : null,
    },
    welcome(address, demo),
  )
  if (config.mail === null) output.say('SMTP_URL is absent: no mail is sent.')
  const signal = await stop.asked
  output.say('Finishing the requests under way …')
  setTimeout(() => process.exit(1), maxStopMs).unref()
  await listening.close(signal === 'SIGTERM' ? graceMs : 0)
}

/** Time for load balancers to notice; skipped after Ctrl-C. */
const graceMs = 3_000
/** The process ends by then, even if a store or a client keeps it waiting. */
const maxStopMs = 9_500

function welcome(address: string, demo: Demo | null): string {
  if (!demo) return `Latchkey listens on ${address}`
  return `
  Latchkey listens on ${address}

  Try it as a partner's user   ${address}/demo-partner
  Sign in                      ${address}/sign-in
    as                         ${demo.users.map(one => `${one.email} (${one.is})`).join('\n                               ')}
    password                   ${demo.password}

  Stop with Ctrl-C; the next start finds everything as it was left, but for who was signed in.
`
}

function portFault(fault: NodeJS.ErrnoException & { port?: number }, config: Config): Error {
  const { host } = config
  const port = fault.port ?? config.port
  const variable = port === config.metricsPort ? 'METRICS_PORT' : 'PORT'
  if (fault.code === 'EADDRINUSE')
    return new CliError(
      `Port ${port} of ${host} is in use; stop what listens there, or set ${variable} to another one.`,
    )
  if (fault.code === 'EACCES')
    return new CliError(`Port ${port} of ${host} may not be listened on; set ${variable} to one above 1023.`)
  if (fault.code === 'EADDRNOTAVAIL' || fault.code === 'ENOTFOUND')
    return new CliError(`HOST is no address of this machine: ${host}.`)
  return fault
}

/** One Ctrl-C can reach a process twice: through its process group and from npm. */
const samePressMs = 1_000

/**
 * `asked` resolves at the first request to stop. A later one that is not the same key press exits at once; `ends` stops the
 * children that must not outlive the process.
 */
function untilStopped() {
  const stop = { asked: new Promise<NodeJS.Signals>(() => {}), ends: async () => {} }
  stop.asked = new Promise(resolve => {
    let first: number | null = null
    const heard = (signal: NodeJS.Signals) => {
      resolve(signal)
      first ??= performance.now()
      if (performance.now() - first > samePressMs) stop.ends().finally(() => process.exit(1))
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, heard)
  })
  return stop
}
