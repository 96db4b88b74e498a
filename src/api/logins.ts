/** The host product completes a login that began here and was handed over to it (LOGIN_URL). */
import { z } from 'zod'
import { maxExternalIdLength } from '../installs/external-id.ts'
import { always, component, url } from './answers/schema.ts'
import { endpoint } from './endpoint.ts'
import { text } from './fields.ts'
import type { CompleteLogin } from './ports.ts'
import { ApiRefusal, invalid } from './refusals.ts'

const completeLogin = endpoint({
  method: 'POST',
  path: '/v1/admin/logins/{login_id}',
  id: 'completeLogin',
  summary: 'Say who signed in',
  description:
    'For the host product, after its own login: the person whose browser brought the login_id. The answer says where to send that browser. A login can be completed once, within ten minutes.',
  by: 'admin',
  scope: 'logins',
  body: z.strictObject({
    user: z.strictObject({
      external_id: text(maxExternalIdLength).describe('As in the directory; it alone says who it is.'),
      email: text(320).nullish().describe('Brings the kept one up to date.'),
      name: text(500).nullish().describe('Brings the kept one up to date.'),
    }),
  }),
  answer: component(
    'Login',
    z.object({
      object: always('login'),
      redirect_uri: url.describe(
        'Where to send the browser; it works once, in the browser that began the login.',
      ),
    }),
  ),
  async handle(needs: { completeLogin: CompleteLogin }, _call, { params, body }) {
    const { external_id: externalId, email, name } = body.user
    if (externalId === '') throw invalid('body.user.external_id should not be empty.')
    if (email && !/^[^\s@]+@[^\s@]+$/.test(email))
      throw invalid('body.user.email should be an e-mail address.')
    const user = { externalId, email: email || null, name: name || null }
    const outcome = await needs.completeLogin(params.login_id, user)
    switch (outcome.kind) {
      case 'completed':
        return { object: 'login' as const, redirect_uri: outcome.redirectUri }
      case 'unknown-user':
        throw new ApiRefusal(
          'object_not_found',
          `The directory has no enabled user with the external_id ${JSON.stringify(externalId.slice(0, 80))}. Send the browser to the redirect_uri all the same: a page there tells the person.`,
          { additionalData: { redirect_uri: outcome.redirectUri } },
        )
      case 'used':
        throw new ApiRefusal('conflict_error', 'The login was completed already; it can be completed once.')
      case 'over':
        throw new ApiRefusal('object_not_found', 'There is no such login, or its ten minutes are over.')
    }
  },
})

export const logins = [completeLogin]
