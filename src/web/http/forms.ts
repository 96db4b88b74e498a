import { bodyParser } from '@koa/bodyparser'
import type { WebContext, WebMiddleware } from './state.ts'
import { readUpload } from './upload.ts'

export type FormNeeds = {
  /** Answers a body that is no form: too large, or with a NUL, which PostgreSQL cannot hold. */
  refuse(ctx: WebContext, problem: 'too-large' | 'malformed'): void
}

/** 6,000 ticked pages fit; everything else is far smaller. */
const limit = '256kb'

/**
 * Reads posted forms into `ctx.state.form`. The body is taken as text and split here: parsers that build nested objects drop
 * what comes after a thousand fields, and turn `a[b]` into structure that nobody asked for.
 */
export function readForms(needs: FormNeeds): WebMiddleware {
  const parse = bodyParser({
    enableTypes: ['text'],
    extendTypes: { text: ['application/x-www-form-urlencoded'] },
    textLimit: limit,
    onError(error) {
      throw Object.assign(error, { unreadable: true })
    },
  })
  return async (ctx, next) => {
    ctx.state.form = new URLSearchParams()
    ctx.state.files = new Map()
    try {
      // Only the signed-in have something to upload; for others it is no form of ours.
      if (ctx.state.user && ctx.is('multipart/form-data')) await readUpload(ctx)
      else await parse(ctx as never, async () => {})
    } catch (error) {
      if (!(error as { unreadable?: boolean }).unreadable) throw error
      // What is left of the body would be taken for the next request.
      ctx.set('Connection', 'close')
      return needs.refuse(ctx, (error as { status?: number }).status === 413 ? 'too-large' : 'malformed')
    }
    const body = (ctx.request as { body?: unknown }).body
    if (typeof body === 'string') ctx.state.form = new URLSearchParams(body)
    for (const [name, value] of ctx.state.form)
      if (name.includes('\0') || value.includes('\0')) return needs.refuse(ctx, 'malformed')
    return next()
  }
}
