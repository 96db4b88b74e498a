/** Reads client credentials from a request (RFC 6749 §2.3.1). */
import { readUuid } from '../../installs/ids.ts'
import { invalidClient, invalidRequest } from '../endpoints/oauth-refusal.ts'
import type { Fields } from '../endpoints/request-body.ts'
import { assertionType } from './client-assertion.ts'

/** `secret` and `assertion` (RFC 7523) are null if the request has none; it never has both. */
export type Credentials = { clientId: string; secret: string | null; assertion: string | null }

/**
 * HTTP Basic, body parameters, or an assertion: one of them. Some libraries form-encode the parts of Basic and some do not; ids and secrets contain
 * only characters that decode to themselves.
 * @throws OAuthRefusal
 */
export function readCredentials(authorization: string | undefined, fields: Fields): Credentials {
  const credentials = readEither(authorization, fields)
  // Every client id is a UUID; other values are not looked up.
  if (readUuid(credentials.clientId) !== credentials.clientId) throw invalidClient('The client is unknown.')
  return credentials
}

/** The client id that a request claims, even with malformed credentials; null if it is absent or not a UUID. */
export function claimedClient(authorization: string | undefined, fields: Fields): string | null {
  let claimed = fields.client_id
  try {
    if (authorization !== undefined) claimed = readBasic(authorization).clientId
  } catch {
    // Falls back to the body.
  }
  return claimed !== undefined && readUuid(claimed) === claimed ? claimed : null
}

/** The secret of a refused request, to explain the refusal; '' if it cannot be read. Never stored. */
export function claimedSecret(authorization: string | undefined, fields: Fields): string {
  try {
    return readEither(authorization, fields).secret ?? ''
  } catch {
    return ''
  }
}

function readEither(authorization: string | undefined, fields: Fields): Credentials {
  const { client_id: clientId, client_secret: secret = null } = fields
  const assertion = readAssertion(fields)
  if ([authorization ?? null, secret, assertion].filter(one => one !== null).length > 1)
    throw invalidRequest(
      'The client must authenticate in one way only: by HTTP Basic, in the body, or by an assertion.',
    )
  if (authorization === undefined) {
    if (clientId === undefined) throw invalidClient('The client did not say who it is.')
    return { clientId, secret, assertion }
  }
  const basic = readBasic(authorization)
  if (fields.client_id !== undefined && fields.client_id !== basic.clientId)
    throw invalidRequest('client_id differs from the one in the Authorization header.')
  return basic
}

function readAssertion({ client_assertion, client_assertion_type: type }: Fields): string | null {
  if (client_assertion === undefined && type === undefined) return null
  if (client_assertion === undefined || type !== assertionType)
    throw invalidRequest(
      `An assertion comes as client_assertion, with the client_assertion_type ${assertionType}.`,
    )
  return client_assertion
}

function readBasic(authorization: string): Credentials {
  const match = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(authorization)
  const text = match ? Buffer.from(match[1]!, 'base64').toString('utf8') : ''
  const colon = text.indexOf(':')
  if (colon < 1) throw invalidClient('The Authorization header is not HTTP Basic with an id and a secret.')
  const [clientId, secret] = [formDecoded(text.slice(0, colon)), formDecoded(text.slice(colon + 1))]
  return { clientId, secret: secret === '' ? null : secret, assertion: null }
}

function formDecoded(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw invalidClient('The Authorization header is not properly encoded.')
  }
}
