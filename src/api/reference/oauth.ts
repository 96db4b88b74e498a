/** The OAuth endpoints as the reference documents them: the OAuth server reads their requests and answers them. */
import { z } from 'zod'
import { capabilities } from '../../installs/capability.ts'
import { Owner } from '../answers/people.ts'
import { always, component, id, integer, requestId } from '../answers/schema.ts'
import type { Operation } from '../endpoint.ts'

const Tokens = component(
  'Tokens',
  z.object({
    access_token: z.string().meta({ pattern: '^lka_' }).describe('The token for calls of the partner API.'),
    refresh_token: z
      .string()
      .meta({ pattern: '^lkr_' })
      .optional()
      .describe('The token for the next refresh.'),
    token_type: always('bearer'),
    expires_in: integer
      .optional()
      .describe('The seconds until the access token expires; absent where it does not.'),
    scope: z.string().describe(`Of ${capabilities.join(', ')}, separated by spaces.`),
    bot_id: id.describe('The id of the installation, the same after each refresh.'),
    workspace_id: id.describe('The workspace that it is installed in.'),
    workspace_name: z.string().nullable().describe('The name of that workspace.'),
    workspace_icon: z.string().nullable().describe('The icon of that workspace; null where it has none.'),
    owner: Owner.describe('The user or workspace that the installation acts for.'),
    duplicated_template_id: z.null().describe('Always null: there are no templates.'),
    request_id: requestId,
  }),
)

const Introspection = component(
  'Introspection',
  z.discriminatedUnion('active', [
    z.object({
      active: z.literal(false).describe('The token is not in force.'),
      request_id: requestId,
    }),
    z.object({
      active: z.literal(true).describe('The token is in force.'),
      scope: z.string().describe('Its capabilities, separated by spaces.'),
      client_id: id.describe('The connection that it was issued to.'),
      sub: z.string().describe('The user who allowed access; the bot where there is none.'),
      iss: z.string().describe('The address of this server.'),
      aud: z.string().optional().describe('The resource that it is for; absent for refresh tokens.'),
      iat: integer.describe('The time of its issue, in seconds since 1970.'),
      exp: integer
        .optional()
        .describe('The time of its expiry, in seconds since 1970; absent where it has none.'),
      token_type: z.literal('bearer').optional().describe('Always “bearer”; absent for refresh tokens.'),
      workspace_id: id.describe('The workspace that it is for.'),
      bot_id: id.describe('The id of the installation.'),
      authorization_details: z
        .array(
          z.object({
            type: always('workspace_pages'),
            workspace_id: id.describe('The workspace of the pages.'),
            page_ids: z.array(id).describe('The chosen pages that are in force at this moment.'),
          }),
        )
        .describe('The pages that it reaches.'),
      request_id: requestId,
    }),
  ]),
)

const Revocation = component('Revocation', z.object({ request_id: requestId }))

const PushedRequest = component(
  'PushedRequest',
  z.object({
    request_uri: z.string().describe('For the authorization request, once, together with client_id.'),
    expires_in: integer.describe('The seconds for which it can be used.'),
  }),
)

const DeviceAuthorization = component(
  'DeviceAuthorization',
  z.object({
    device_code: z.string().describe('For the token endpoint, asked every interval.'),
    user_code: z.string().describe('Show it to the user.'),
    verification_uri: z.string().describe('Where the user enters it.'),
    verification_uri_complete: z.string().describe('The same address with the code filled in.'),
    expires_in: integer.describe('The seconds for which both codes can be used.'),
    interval: integer.describe('The seconds between two questions at the token endpoint.'),
  }),
)

/** Some of the parameters of an authorization request. */
const request = z.object({
  scope: z.string().optional(),
  resource: z.string().optional(),
})

const oneToken = z.object({ token: z.string(), token_type_hint: z.string().optional() })

export const oauthOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/v1/oauth/token',
    id: 'token',
    summary: 'Redeem a code, or refresh',
    description:
      'A refresh answers with a new access token and a new refresh token; a retry of a lost answer works for 60 seconds.',
    by: 'client',
    body: z.object({
      grant_type: z.enum(['authorization_code', 'refresh_token']),
      code: z.string().optional(),
      redirect_uri: z.string().optional(),
      code_verifier: z.string().optional(),
      refresh_token: z.string().optional(),
      scope: z.string().optional(),
    }),
    form: true,
    answer: Tokens,
  },
  {
    method: 'POST',
    path: '/v1/oauth/introspect',
    id: 'introspect',
    summary: 'Ask about a token',
    description:
      'The page set is the one in force at the moment of asking. A connection may ask about its own tokens.',
    by: 'client',
    body: oneToken,
    form: true,
    answer: Introspection,
  },
  {
    method: 'POST',
    path: '/v1/oauth/revoke',
    id: 'revoke',
    summary: 'Give tokens back',
    description: 'Either token ends all tokens of its authorization.',
    by: 'client',
    body: oneToken,
    form: true,
    answer: Revocation,
  },
  {
    method: 'POST',
    path: '/v1/oauth/par',
    id: 'pushRequest',
    summary: 'Push an authorization request',
    description:
      'Takes the parameters of an authorization request from your server (RFC 9126), so that they do not pass through the browser.',
    by: 'client',
    body: request.extend({
      response_type: z.literal('code'),
      redirect_uri: z.string(),
      state: z.string().optional(),
      code_challenge: z.string().optional(),
      code_challenge_method: z.literal('S256').optional(),
    }),
    form: true,
    answer: PushedRequest,
  },
  {
    method: 'POST',
    path: '/v1/oauth/device_authorization',
    id: 'authorizeDevice',
    summary: 'Begin on a device without a browser',
    description:
      'For programs without a browser (RFC 8628): the user enters the code at another device, and the program asks the token endpoint meanwhile.',
    by: 'client',
    body: request,
    form: true,
    answer: DeviceAuthorization,
  },
]
