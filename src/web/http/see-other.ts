import type { WebContext } from './state.ts'

/** 303: what was posted is never posted again at the next address (RFC 9700 §4.12). */
export function seeOther(ctx: WebContext, to: string): void {
  ctx.redirect(to)
  ctx.status = 303
}
