import { urls } from '../urls.ts'
import type { HandedLogins } from './handed-logins.ts'
import type { HostSignIn } from './host-routes.ts'

/**
 * The hand-over as the sign-in screens use it.
 * @param url of the host's page; it gets `login_id`, `return_to` (our sign-in, for a person who turns back), and of the
 * partner's request `login_hint` and `prompt`.
 */
export function handedOver(logins: HandedLogins, url: string, issuer: string): HostSignIn {
  return {
    name: new URL(url).host,
    back: '/sign-in/finish',
    async begin(ctx, { returnTo, loginHint, again }) {
      const address = new URL(url)
      address.searchParams.set('login_id', await logins.begin(ctx, returnTo))
      address.searchParams.set('return_to', `${issuer}${urls.signIn(returnTo)}`)
      if (loginHint) address.searchParams.set('login_hint', loginHint)
      if (again) address.searchParams.set('prompt', 'login')
      return { kind: 'at', address: address.href }
    },
    finish: ctx => logins.finish(ctx, [ctx.query.code].flat()[0] ?? ''),
  }
}
