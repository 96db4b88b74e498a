import { randomUUID } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import { type Logger, pino } from 'pino'
import type { LogLevel } from './config.ts'
import { isUnavailable } from './storage/unavailable.ts'

export function openLog(level: LogLevel): Logger {
  return pino({
    level,
    // Redacts credentials at any depth.
    redact: {
      paths: [
        'authorization',
        'cookie',
        'code',
        'token',
        'access_token',
        'refresh_token',
        'client_secret',
        'password',
      ].flatMap(name => [name, `*.${name}`, `*.*.${name}`]),
      censor: '***',
    },
  })
}

/** Gives each request an id and one log line, and answers unexpected errors. */
export function requests(
  log: Logger,
  renderFault: (ctx: Context, error: unknown) => void | Promise<void>,
): Middleware {
  return async (ctx, next) => {
    const requestId = randomUUID()
    const begun = process.hrtime.bigint()
    ctx.state.requestId = requestId
    ctx.set('x-request-id', requestId)
    if (!hasAddress(ctx)) {
      ctx.status = 400
      ctx.body = 'The address of this request cannot be read.'
      return
    }
    try {
      await next()
    } catch (error) {
      log.error(
        { requestId, method: ctx.method, path: ctx.path, err: describeFault(error) },
        'request failed',
      )
      ctx.status = statusOf(error)
      if (ctx.status === 503) ctx.set('retry-after', '1')
      await renderFault(ctx, error)
    }
    // The path alone: a query may carry a code.
    const ms = Number(process.hrtime.bigint() - begun) / 1e6
    log.debug(
      { requestId, method: ctx.method, path: ctx.path, status: ctx.status, ms: Math.round(ms) },
      'request',
    )
  }
}

/** A request line need not hold a valid URL, and Koa throws on its path then. */
function hasAddress(ctx: Context): boolean {
  try {
    return ctx.path.startsWith('/') || ctx.path === '*'
  } catch {
    return false
  }
}

/** The driver's errors carry the values of the failing statement, so only the error's name and code are kept. */
export function describeFault(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'something that is no error was thrown' }
  const { code, constraint } = error as { code?: string; constraint?: string }
  return { name: error.name, message: error.message, code, constraint, stack: error.stack }
}

function statusOf(error: unknown): number {
  const status = (error as { status?: unknown } | null)?.status
  if (typeof status === 'number' && status >= 400 && status < 600) return status
  return isUnavailable(error) ? 503 : 500
}
