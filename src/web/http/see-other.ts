import type { WebContext } from './state.ts'

/** 303, so that the browser does not post the form again to the next address (RFC 9700 §4.12). */
export function seeOther(ctx: WebContext, to: string): void {
  ctx.redirect(to)
  ctx.status = 303
}
