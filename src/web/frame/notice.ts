/**
 * The notice after a change, on the screen to which the change redirects. The address carries only the name of the sentence and
 * a number, so that a link cannot put words on our screens.
 */
import type { WebContext } from '../http/state.ts'

export type Notice = { kind: 'good' | 'info' | 'warning' | 'danger'; sentence: string }

/** Notices by name. `count`: how many installations or people were affected. */
export type Notices = Record<string, (count: number) => Notice>

export function withNotice(address: string, name: string, count = 1): string {
  const more = count === 1 ? '' : `&count=${count}`
  return `${address}${address.includes('?') ? '&' : '?'}said=${name}${more}`
}

/** null: the address names no notice, or an unknown one. */
export function readNotice(ctx: WebContext, notices: Notices): Notice | null {
  const { said, count } = ctx.query
  const sentence = typeof said === 'string' && Object.hasOwn(notices, said) ? notices[said] : undefined
  if (!sentence) return null
  return sentence(typeof count === 'string' && /^\d{1,6}$/.test(count) ? Number(count) : 1)
}
