import { bodyParser } from '@koa/bodyparser'
import type { WebContext, WebMiddleware } from './state.ts'
import { readUpload } from './upload.ts'

/** Room for 6,000 ticked pages; every other form is far smaller. */
const limit = '256kb'

/**
 * Reads posted forms into `ctx.state.form`. The body is read as text and split here: parsers that build nested objects drop
 * fields after the thousandth, and turn `a[b]` into structure.
 */
export function readForms(needs: {
  /** Answers an unreadable body: one that is too large, or holds a NUL, which PostgreSQL cannot store. */
  refuse(ctx: WebContext, problem: 'too-large' | 'malformed'): void
}): WebMiddleware {
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
      // Uploads are for the signed-in alone; from others the form is refused.
      if (ctx.state.user && ctx.is('multipart/form-data')) await readUpload(ctx)
      else await parse(ctx as never, async () => {})
    } catch (error) {
      if (!(error as { unreadable?: boolean }).unreadable) throw error
      // The rest of the body would be read as the next request.
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
