/**
 * What happened, said on the screen that one is led to afterwards. The address carries only which sentence and a number:
 * nobody can put words of his own on our screens with a link.
 */
import type { WebContext } from '../http/state.ts'

export type Notice = { kind: 'good' | 'info' | 'warning' | 'danger'; sentence: string }

/** Sentences by name; `count` is how many were concerned. */
export type Notices = Record<string, (count: number) => Notice>

export function withNotice(address: string, name: string, count = 1): string {
  const more = count === 1 ? '' : `&count=${count}`
  return `${address}${address.includes('?') ? '&' : '?'}said=${name}${more}`
}

/** null: nothing happened, or nothing that these sentences know. */
export function readNotice(ctx: WebContext, notices: Notices): Notice | null {
  const { said, count } = ctx.query
  const sentence = typeof said === 'string' && Object.hasOwn(notices, said) ? notices[said] : undefined
  if (!sentence) return null
  return sentence(typeof count === 'string' && /^\d{1,6}$/.test(count) ? Number(count) : 1)
}
