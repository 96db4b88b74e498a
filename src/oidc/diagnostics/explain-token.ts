/** Explains a failed token request in the developer's log: the sent and the expected values. */
import { hash } from 'node:crypto'
import type { FlowFailure } from '../../installs/flow-log.ts'
import type { OAuthRefusal } from '../endpoints/oauth-refusal.ts'
import type { Fields } from '../endpoints/request-body.ts'
import type { Source } from '../library/exchange.ts'
import type { EndedFamily, KeptCode, KeptRefreshToken } from '../ports.ts'
import { explainClient } from './explain-client.ts'
import { bounded, exactly, foreignWords, plain } from './failure.ts'

/** A token request, as far as it was processed when it failed. */
export type Attempted = {
  fields: Fields
  source: Source
  /** The code or the refresh token had been used before. */
  reused: boolean
  /** The tokens that ended because of the reuse. */
  ended: EndedFamily | null
  /** The client's address; null for public clients, whose requests come from people's devices. */
  address: string | null
  /** Counted against the rate limit of its client. */
  /** The thumbprint of the key that the request proved to have (RFC 9449). */
  jkt: string | null
  counted: boolean
}

/** @param clientId the client id that the request claims. */
export function explainToken(refused: OAuthRefusal, attempted: Attempted, clientId: string): FlowFailure {
  const { code, message } = refused
  const { source } = attempted
  if (code === 'invalid_client') return explainClient(refused)
  if (code === 'rate_limited') return plain(code, message, 'Wait as long as Retry-After says.')
  if (code === 'temporarily_unavailable')
    return plain(code, message, 'Try again after Retry-After; the code or token stays valid.')
  if (targets.includes(code)) return plain(code, message, 'Leave the parameter out.')
  if (source.kind === 'code') return explainCode(refused, attempted, ownOf(source.kept, clientId))
  if (source.kind === 'refresh') return explainRefresh(refused, attempted, ownOf(source.kept, clientId))
  return explainRequest(refused, attempted.fields)
}

/** null where the code or token was issued to another connection. */
export function ownOf<T extends { connectionId: string }>(kept: T | null, clientId: string): T | null {
  return kept?.connectionId === clientId ? kept : null
}

const targets = ['invalid_target', 'invalid_authorization_details']
const grantTypes = ['authorization_code', 'refresh_token']

function explainRequest({ code, message }: OAuthRefusal, fields: Fields): FlowFailure {
  if (code === 'unsupported_grant_type')
    return {
      ...plain(code, message, 'Send one of the grant types that there are.'),
      sent: bounded(fields.grant_type),
      expected: grantTypes,
    }
  if (fields.grant_type === undefined && code === 'invalid_request')
    return { ...plain(code, message, 'Send grant_type, and what belongs to it.'), expected: grantTypes }
  const misplaced = misplacedValue(fields)
  if (code === 'invalid_grant' && misplaced)
    return { ...plain(code, message, misplaced.advice), ...misplaced }
  return plain(code, message, 'Correct the request; the sentence names what is wrong with it.')
}

/** For a malformed code or refresh token; at most its prefix is shown. */
function misplacedValue(fields: Fields): Pick<FlowFailure, 'sent' | 'expected' | 'advice'> | null {
  const refresh = fields.grant_type === 'refresh_token'
  const name = refresh ? 'refresh_token' : 'code'
  if (!refresh && fields.grant_type !== 'authorization_code') return null
  const value = fields[name]
  const prefix = refresh ? 'lkr_' : 'lkc_'
  if (value === undefined)
    return { sent: null, expected: [`${name}=${prefix}…`], advice: `Send the parameter ${name}.` }
  const begun = /^lk[a-z]_/.exec(value)?.[0]
  return {
    sent: begun ? `${name}=${begun}…` : `a ${name} of another form`,
    expected: [`${name}=${prefix}…`],
    advice:
      begun === prefix
        ? 'Send the value whole and unchanged: its last characters do not fit the others.'
        : `Send the ${refresh ? 'refresh token' : 'code'} as it was issued.`,
  }
}

function explainCode(
  { code, message }: OAuthRefusal,
  { fields, reused, ended, address }: Attempted,
  kept: KeptCode | null,
): FlowFailure {
  if (!kept)
    return plain(
      code,
      'The code is unknown: issued to another connection, or ended together with its tokens.',
      'Redeem each code once, within a minute, with the client id that the flow began with.',
    )
  if (kept.consumedAt && !reused)
    return plain(
      code,
      `The code was redeemed before, at ${exactly(kept.consumedAt)}, and now again with a request that is wrong besides (${message}). No token was ended.`,
      'Redeem a code once. After a lost response, repeat the same request within the minute, before a token is used; later, send the user through the flow again.',
    )
  if (kept.consumedAt)
    return plain(
      code,
      `The code was redeemed before, first at ${exactly(kept.consumedAt)}${from(ended?.firstFrom)}, and now again${from(address)}. ${endedWords(ended)}${unkept(address)}`,
      'Redeem a code once. After a lost response, repeat the same request within the minute, before a token is used; later, send the user through the flow again.',
    )
  const { redirectUri, codeChallenge } = kept.payload as { redirectUri?: string; codeChallenge?: string }
  if (redirectUri !== undefined && fields.redirect_uri !== redirectUri && mentionsRedirect(message, fields))
    return {
      ...plain(
        code,
        fields.redirect_uri === undefined
          ? 'The redirect URI is missing, and the flow began with one.'
          : 'The redirect URI is not the one that the flow began with.',
        'Send the same redirect URI both times.',
      ),
      sent: bounded(fields.redirect_uri),
      expected: [redirectUri],
    }
  return explainVerifier(code, fields, codeChallenge) ?? explainAge(code, message, kept)
}

/** A redirect URI that differs is always the reason; a missing one only where the refusal names it. */
const mentionsRedirect = (message: string, fields: Fields) =>
  fields.redirect_uri !== undefined || /redirect_uri/.test(message)

function explainVerifier(
  code: string,
  fields: Fields,
  codeChallenge: string | undefined,
): FlowFailure | null {
  if (codeChallenge === undefined)
    return fields.code_verifier === undefined
      ? null
      : plain(
          code,
          'A PKCE verifier was sent, and the flow began without a challenge.',
          'Send code_challenge and code_challenge_method=S256 to the authorize address, or no verifier.',
        )
  const challenge = fields.code_verifier && hash('sha256', fields.code_verifier, 'base64url')
  if (challenge === codeChallenge) return null
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

function explainAge(code: string, message: string, { issuedAt }: KeptCode): FlowFailure {
  const sentence = /expired/.test(message)
    ? `The code was issued at ${exactly(issuedAt)}, and works for a minute.`
    : message
  return plain(code, sentence, 'Send the user through the flow again, and redeem the code within a minute.')
}

function explainRefresh(
  { code, message }: OAuthRefusal,
  { fields, ended, address }: Attempted,
  kept: KeptRefreshToken | null,
): FlowFailure {
  if (!kept)
    return plain(
      code,
      'The refresh token is unknown: revoked, ended with its installation or after a reuse, or issued to another connection.',
      'Look for a failed refresh or a disconnect before this one, and send the user through the flow again.',
    )
  if (code === 'invalid_scope') {
    const expected = kept.installation.capabilities
    const foreign = foreignWords(fields.scope, expected)
    return {
      ...plain(
        code,
        foreign ? `The refresh asks for more than was granted: ${foreign}.` : message,
        'A refresh can narrow what was granted, never widen it. Leave scope out to keep all of it.',
      ),
      sent: bounded(fields.scope),
      expected,
    }
  }
  if (kept.consumedAt && ended) {
    const why = kept.nextUsed ? 'after the one that replaced it' : 'later than a retry may come'
    return plain(
      code,
      `The refresh token was used first at ${exactly(kept.consumedAt)}${from(ended.firstFrom)}, and now again${from(address)}, ${why}. ${endedWords(ended)}${unkept(address)}`,
      kept.nextUsed
        ? 'Keep the newest refresh token only, in one place; a retry of a lost answer works for 60 seconds. Send the user through the flow again.'
        : 'Store the refresh token of each answer before you use it. Send the user through the flow again.',
    )
  }
  if (/expired/.test(message))
    return plain(
      code,
      `The refresh token was good until ${exactly(kept.expiresAt)}.`,
      'Refresh before that time, or send the user through the flow again.',
    )
  return plain(code, message, 'Send the user through the flow again.')
}

const from = (address: string | null | undefined) => (address ? ` from ${address}` : '')
const unkept = (address: string | null) =>
  address ? '' : ' Addresses are not kept for public clients, whose requests come from people’s own devices.'

function endedWords(ended: EndedFamily | null): string {
  if (!ended?.ended)
    return 'No token was ended: it came at about the same time as the first one, as from a client in a hurry.'
  const some = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  return `All tokens of this authorization were ended: ${some(ended.access, 'access token')} and ${some(ended.refresh, 'refresh token')} in force.`
}
