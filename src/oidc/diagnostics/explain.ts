/** Explains a failed authorization request in the developer's log. */
import type { Context } from 'koa'
import type { Client } from 'oidc-provider'
import type { FlowFailure } from '../../installs/flow-log.ts'
import { withoutOpenIdScopes } from '../endpoints/openid-scopes.ts'
import { bounded, foreignWords, plain } from './failure.ts'

/** @param error the error code. @param reason the library's description, where there is one. */
export function explainAuthorize(ctx: Context, error: string, reason: string | undefined): FlowFailure {
  const client = (ctx as unknown as { oidc?: { client?: Client } }).oidc?.client
  const sentence = reason ?? error
  // The original query: the library gets a reduced one.
  const asked = new URLSearchParams(/\?(.*)$/.exec(ctx.originalUrl)?.[1])
  const sent = (name: string) => bounded(asked.get(name))
  switch (error) {
    case 'invalid_redirect_uri':
      return {
        ...plain(error, ...redirectWords(sent('redirect_uri'), client)),
        sent: sent('redirect_uri'),
        expected: [...(client?.redirectUris ?? [])],
      }
    case 'invalid_client':
      return {
        ...plain(error, 'The connection is unknown or switched off.', switchOn),
        sent: sent('client_id'),
      }
    case 'invalid_scope':
      return explainScope(error, sent('scope'), client?.scope?.split(' ') ?? [])
    case 'unsupported_response_type':
      return {
        ...plain(error, 'The only response type is “code”.', 'Send response_type=code.'),
        sent: sent('response_type'),
        expected: ['code'],
      }
    case 'invalid_request':
      return {
        ...plain(error, sentence, 'Correct the parameter that is named and send the user again.'),
        ...parameterWords(sentence, asked),
      }
    case 'invalid_target':
      return {
        ...plain(error, sentence, 'Leave the parameter resource out.'),
        sent: sent('resource'),
      }
    case 'invalid_authorization_details':
      return plain(error, sentence, 'Leave the parameter authorization_details out.')
    case 'login_required':
    case 'consent_required':
      return {
        ...plain(
          error,
          'The request asked that the member see no screen, and the flow needs one.',
          'Leave prompt=none out: the member signs in and chooses pages each time.',
        ),
        sent: asked.has('prompt') ? `prompt=${sent('prompt')}` : null,
      }
    default:
      return plain(error, sentence, 'Begin the flow again with a new request.')
  }
}

function explainScope(error: string, sent: string | null, expected: string[]): FlowFailure {
  const foreign = foreignWords(withoutOpenIdScopes(sent ?? undefined), expected)
  const sentence = foreign
    ? `The connection is not registered with ${foreign}.`
    : 'A scope was asked for that cannot be.'
  return { ...plain(error, sentence, scopeAdvice), sent, expected }
}

/** Parameters that contain no secret, with their valid values. A challenge may be a verifier sent by mistake. */
const plainParameters: Record<string, string[]> = {
  response_type: ['response_type=code'],
  response_mode: ['response_mode=query, or none'],
  code_challenge_method: ['code_challenge_method=S256'],
  code_challenge: ['code_challenge=… (43 characters: the SHA-256 of the verifier as base64url)'],
  prompt: ['prompt=login, prompt=consent, or none'],
}

/** The first parameter that the reason names, with the value sent. */
function parameterWords(
  reason: string,
  asked: URLSearchParams,
): Partial<Pick<FlowFailure, 'sent' | 'expected'>> {
  const name = Object.keys(plainParameters).find(one => new RegExp(`\\b${one}\\b`).test(reason))
  if (!name) return {}
  const values = asked.getAll(name)
  const shown = name === 'code_challenge' ? values.map(one => `… (${one.length} characters)`) : values
  return {
    sent: bounded(shown.map(one => `${name}=${one}`).join(' and ')) || null,
    expected: plainParameters[name]!,
  }
}

function redirectWords(sent: string | null, client: Client | undefined): [sentence: string, advice: string] {
  if (sent === null && (client?.redirectUris?.length ?? 0) > 1)
    return ['No redirect URI was sent, and several are registered.', 'Send the one that is meant.']
  if (sent === null) return ['No redirect URI was sent.', 'Send redirect_uri, with one that is registered.']
  if (client?.redirectUris?.length === 0)
    return ['No redirect URI is registered yet.', 'Register the address that is sent in the settings.']
  return ['The redirect URI is not one that is registered.', sameAddress]
}

const switchOn = 'Switch it on in the hub, or send its client id.'
const sameAddress =
  'Register exactly the address that is sent, or send one that is registered: every character counts, also a slash at the end.'
const scopeAdvice =
  'Ask for capabilities that the connection is registered with, or leave scope out to ask for all of them.'
