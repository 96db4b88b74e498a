/** Why a partner's request failed, for the log of the connection's developer: what was sent, what was expected, what to do. */
import { hash } from 'node:crypto'
import type { Context } from 'koa'
import type { Client } from 'oidc-provider'
import type { FlowFailure } from '../installs/flow-log.ts'
import type { Source } from './exchange.ts'
import type { OAuthRefusal } from './oauth-refusal.ts'
import type { Fields } from './request-body.ts'

const plain = (code: string, sentence: string, advice: string): FlowFailure => ({
  code,
  sentence,
  sent: null,
  expected: [],
  advice,
})
const bounded = (value: unknown) => (typeof value === 'string' ? value.slice(0, 2_000) : null)

/** What was wrong with a request at the authorize address, or with its end. */
export function explainAuthorize(ctx: Context, error: string, reason: string | undefined): FlowFailure {
  const client = (ctx as unknown as { oidc?: { client?: Client } }).oidc?.client
  const sentence = reason ?? error
  switch (error) {
    case 'invalid_redirect_uri':
      return {
        ...plain(error, 'The redirect URI is not one that is registered.', sameAddress),
        sent: bounded(ctx.query.redirect_uri),
        expected: [...(client?.redirectUris ?? [])],
      }
    case 'invalid_client':
      return plain(
        error,
        'The connection is unknown or switched off.',
        'Switch it on in the hub, or send its client id.',
      )
    case 'invalid_scope':
      return {
        ...plain(error, `A scope was asked for that cannot be: ${sentence}.`, scopeAdvice),
        sent: bounded(ctx.query.scope),
        expected: client?.scope ? client.scope.split(' ') : [],
      }
    case 'unsupported_response_type':
      return {
        ...plain(error, 'The only response type is “code”.', 'Send response_type=code.'),
        expected: ['code'],
      }
    case 'invalid_request':
      return plain(error, sentence, 'Correct the parameter that is named and send the user again.')
    default:
      return plain(error, sentence, 'Begin the flow again with a new request.')
  }
}

const sameAddress =
  'Register exactly the address that is sent, or send one that is registered: every character counts, also a slash at the end.'
const scopeAdvice =
  'Ask for capabilities that the connection is registered with, or leave scope out to ask for all of them.'

/** What a token request held, as far as it was read when it failed. */
export type Attempted = { fields: Fields; source: Source }

export function explainToken({ code, message }: OAuthRefusal, { fields, source }: Attempted): FlowFailure {
  if (code === 'invalid_client')
    return plain(
      code,
      message,
      'Compare the end of the secret that your server sends with the secrets in the hub, or make a new one there.',
    )
  if (code === 'rate_limited') return plain(code, message, 'Wait as long as Retry-After says.')
  if (source.kind === 'code') return explainCode(code, message, fields, source)
  if (source.kind === 'refresh') return explainRefresh(code, message, fields, source)
  return plain(code, message, 'Correct the request; the sentence names what is wrong with it.')
}

type CodeSource = Extract<Source, { kind: 'code' }>

function explainCode(code: string, message: string, fields: Fields, { kept }: CodeSource): FlowFailure {
  if (!kept)
    return plain(
      code,
      'The code is unknown, or was issued to another connection.',
      'Redeem each code once, within a minute.',
    )
  if (kept.consumedAt)
    return plain(
      code,
      `The code was redeemed before, first at ${kept.consumedAt.toISOString()}. The tokens that it brought were ended.`,
      'Redeem a code once. After a lost answer, send the user through the flow again.',
    )
  const { redirectUri, codeChallenge } = kept.payload as { redirectUri?: string; codeChallenge?: string }
  if (fields.redirect_uri !== undefined && redirectUri !== undefined && fields.redirect_uri !== redirectUri)
    return {
      ...plain(
        code,
        'The redirect URI is not the one that the flow began with.',
        'Send the same redirect URI both times.',
      ),
      sent: bounded(fields.redirect_uri),
      expected: [redirectUri],
    }
  if (codeChallenge !== undefined) {
    const challenge = fields.code_verifier && hash('sha256', fields.code_verifier, 'base64url')
    if (challenge !== codeChallenge)
      return {
        ...plain(
          code,
          challenge
            ? 'The PKCE verifier does not match the challenge that the flow began with.'
            : 'The PKCE verifier is missing.',
          'Keep the verifier of each flow until its code is redeemed, and send that one.',
        ),
        sent: challenge ? `S256 of the verifier: ${challenge}` : null,
        expected: [`code_challenge: ${codeChallenge}`],
      }
  }
  return plain(code, message, 'Send the user through the flow again, and redeem the code within a minute.')
}

type RefreshSource = Extract<Source, { kind: 'refresh' }>

function explainRefresh(code: string, message: string, fields: Fields, { kept }: RefreshSource): FlowFailure {
  if (!kept)
    return plain(
      code,
      'The refresh token is unknown: revoked, ended with its installation, or issued to another connection.',
      'Send the user through the flow again.',
    )
  if (code === 'invalid_scope')
    return {
      ...plain(code, message, 'A refresh can narrow what was granted, never widen it.'),
      sent: bounded(fields.scope),
      expected: kept.installation.capabilities,
    }
  if (kept.consumedAt && kept.successorUsed)
    return plain(
      code,
      `The refresh token was used before, at ${kept.consumedAt.toISOString()}, and the one after it too. All tokens of this installation were ended.`,
      'Keep the newest refresh token only, in one place; a retry of a lost answer works for 60 seconds.',
    )
  if (kept.consumedAt)
    return plain(
      code,
      `The refresh token was used before, at ${kept.consumedAt.toISOString()}, longer ago than a retry may take.`,
      'Store the refresh token of each answer before you use it.',
    )
  return plain(code, message, 'Send the user through the flow again.')
}
