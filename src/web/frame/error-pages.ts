/** The error pages: not found, not allowed, too many requests, or a failure of the server. */
import type { RefusalCode } from '../../installs/refusal.ts'
import type { WebContext } from '../http/state.ts'
import { localPath, urls } from '../urls.ts'
import { refusals, type Words } from './refusals.ts'
import { type Render, view } from './render.ts'

export type FaultPage = Words & {
  requestId: string
  /** The next step offered, if any. */
  action: { label: string; href: string } | null
}
export const faultView = view<FaultPage>('error')

/** A form of an earlier session: its fields are hidden, and sent as they are. */
export type SendAgainPage = { action: string; fields: [name: string, value: string][] }
export const sendAgainView = view<SendAgainPage>('send-again')

export type Faults = ReturnType<typeof faults>

const home = { label: 'Go to the start page', href: urls.home }

/** The caller's own words; members left out have a default. */
export type Fault = { status: number; title: string; sentence: string; next?: string; requestId?: string }

export function faults(render: Render) {
  function show(ctx: WebContext, words: Words, action: FaultPage['action'] = home): void {
    ctx.status = words.status
    render.screen(
      ctx,
      faultView,
      { ...words, requestId: ctx.state.requestId, action },
      { frame: 'flow', title: words.title, switcher: null },
    )
  }

  return {
    show,

    /** For a refusal of the heart. */
    refuse(ctx: WebContext, code: RefusalCode): void {
      show(ctx, refusals[code])
    },

    /** For the provider's faults that cannot go back to the partner: a page, and the id under which the log has the reason. */
    render(ctx: WebContext, fault: Fault): void {
      ctx.state.requestId = fault.requestId ?? ctx.state.requestId
      const next = fault.next ?? 'Go back to the application that you came from and start again there.'
      show(ctx, { ...fault, next }, null)
    },

    /** 404; JSON for a client that asks for it. */
    notFound(ctx: WebContext): void {
      if (prefersJson(ctx)) showJson(ctx, 404, 'object_not_found', nothing.sentence)
      else show(ctx, nothing)
    },

    /** 405. @param methods those that the address has. */
    otherMethod(ctx: WebContext, methods: readonly string[]): void {
      ctx.set('Allow', methods.join(', '))
      const sentence = `${ctx.method} is not supported at this address; ${methods.join(', ')} is.`
      if (prefersJson(ctx)) showJson(ctx, 405, 'invalid_request_url', sentence)
      else show(ctx, { ...otherMethod, sentence })
    },

    /** For an error; the status is already set. `takenBack`: the work under way was rolled back. */
    broken(ctx: WebContext, takenBack: boolean): void {
      if (ctx.status === 404) this.notFound(ctx)
      else if (ctx.status === 503)
        show(ctx, ctx.method === 'GET' ? busy : takenBack ? busyForForms : inDoubt, null)
      else show(ctx, ctx.status < 500 ? { ...unreadable, status: ctx.status } : broke)
    },

    badForm(ctx: WebContext, problem: 'too-large' | 'malformed'): void {
      show(ctx, problem === 'too-large' ? tooLarge : unreadable)
    },

    /** Shows the form's values again. Uploads cannot be kept and fragments cannot hold a page, so both are refused. */
    sendAgain(ctx: WebContext): void {
      if (ctx.state.files.size > 0 || ctx.get('HX-Request') === 'true') {
        show(ctx, staleForm)
        return
      }
      ctx.status = 409
      const fields = [...ctx.state.form].filter(([name]) => name !== 'csrf')
      const model = { action: localPath(ctx.url), fields }
      const layout = { frame: 'flow', title: 'Send this again?', switcher: null } as const
      render.screen(ctx, sendAgainView, model, layout)
    },

    foreignForm(ctx: WebContext): void {
      show(ctx, staleForm)
    },
  }
}

/** Browsers accept anything, with HTML in front. */
const prefersJson = (ctx: WebContext) => ctx.accepts('html', 'json') === 'json'

/** The error of the partner API (api/answer-error.ts). */
function showJson(ctx: WebContext, status: number, code: string, message: string): void {
  ctx.status = status
  ctx.set('Cache-Control', 'no-store')
  ctx.body = { object: 'error', status, code, message, request_id: ctx.state.requestId }
}

const nothing: Words = {
  status: 404,
  title: 'There is nothing here',
  sentence: 'The address is mistyped, or what was here is gone or not yours to see.',
  next: 'Check the address, or go to the start page.',
}
const otherMethod: Omit<Words, 'sentence'> = {
  status: 405,
  title: 'This address cannot be used in this way',
  next: 'Go to the start page.',
}
const unreadable: Words = {
  status: 400,
  title: 'The form could not be read',
  sentence: 'It arrived damaged, or holds characters that no form of ours sends. No changes were made.',
  next: 'Go back, reload the page, and try again.',
}
const tooLarge: Words = {
  status: 413,
  title: 'That was too much at once',
  sentence: 'The form holds more than can be taken in one go. No changes were made.',
  next: 'Go back and send less: a page includes everything below it.',
}
const staleForm: Words = {
  status: 403,
  title: 'This form is no longer valid',
  sentence:
    'You have signed in or out since it was opened, its time is over, or it did not come from this site. No changes were made.',
  next: 'Go back, reload the page, and try again.',
}
const busy: Words = {
  status: 503,
  title: 'The service is busy',
  sentence: 'It does not answer just now.',
  next: 'No changes were made. Reload this page in a moment.',
}
const busyForForms: Words = { ...busy, next: 'No changes were made. Go back and try again in a moment.' }
/** The connection broke off, perhaps after the form was taken. */
const inDoubt: Words = {
  ...busy,
  next: 'Your request may have been carried out all the same: go back and look before you try again.',
}
const broke: Words = {
  status: 500,
  title: 'Something broke on our side',
  sentence: 'The request could not be finished. It is recorded under the request id below.',
  next: 'Try again in a moment. If it keeps happening, pass the request id on to the operator of this service.',
}
