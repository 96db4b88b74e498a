import Router from '@koa/router'
import { readForms } from '../http/forms.ts'
import type { EndedUpstream, Sessions } from '../http/session.ts'
import type { WebState } from '../http/state.ts'

/** POST of the host's provider when somebody signs out there. The token's signature is the proof, so no form token is asked for. */
export function backChannelLogout(needs: {
  read(token: string): Promise<EndedUpstream>
  sessions: Sessions
  noteRefusal(requestId: string, reason: string): void
}): Router<WebState> {
  const router = new Router<WebState>()
  const refused = { error: 'invalid_request', error_description: 'The logout token is not valid.' }
  const forms = readForms({
    refuse(ctx) {
      ctx.status = 400
      ctx.body = refused
    },
  })
  router.post('/sign-in/back-channel-logout', forms, async ctx => {
    ctx.set('Cache-Control', 'no-store')
    try {
      await needs.sessions.endUpstream(await needs.read(ctx.state.form.get('logout_token') ?? ''))
      ctx.status = 200
      ctx.body = ''
    } catch (error) {
      needs.noteRefusal(ctx.state.requestId, `back-channel logout: ${(error as Error).message}`)
      ctx.status = 400
      ctx.body = refused
    }
  })
  return router
}
