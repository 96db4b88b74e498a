import { createHash, randomBytes } from 'node:crypto'
import { masked } from '../installs/masking.ts'

/** One message between the demo partner and Latchkey, as its page shows it. Secrets are already masked. */
export type Message = { title: string; sent: string; answered: string | null; status: number | null }

export type PartnerClient = { clientId: string; clientSecret: string; redirectUri: string }
export type Tokens = {
  access_token: string
  refresh_token?: string
  workspace_name: string | null
  bot_id: string
}

/** People are sent to `issuer`; the partner's own requests go to `base`, the same server seen from inside. */
export type Addresses = { issuer: string; base: string }

export type Attempt = { state: string; verifier: string }

export function newAttempt(): Attempt {
  return { state: randomBytes(16).toString('base64url'), verifier: randomBytes(32).toString('base64url') }
}

/** The authorize address (RFC 6749 §4.1.1 with PKCE, RFC 7636). */
export function authorizeUrl({ issuer }: Addresses, client: PartnerClient, attempt: Attempt): string {
  const url = new URL(`${issuer}/v1/oauth/authorize`)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    owner: 'user',
    state: attempt.state,
    code_challenge: createHash('sha256').update(attempt.verifier).digest('base64url'),
    code_challenge_method: 'S256',
  }).toString()
  return url.href
}

type PartnerRequest = { path: string; method?: 'GET' | 'POST'; body?: object; authorization: string }

/** Sends one request, and keeps both sides for the page. `body` is null for an error, and without an answer. */
export async function converse<T>(
  { base }: Addresses,
  title: string,
  request: PartnerRequest,
): Promise<{ message: Message; body: T | null }> {
  const method = request.method ?? 'POST'
  const [scheme] = request.authorization.split(' ')
  const sent = [
    `${method} ${request.path}`,
    `Authorization: ${scheme} ***`,
    ...(request.body
      ? ['Content-Type: application/json', '', masked(JSON.stringify(request.body, null, 2))]
      : []),
  ].join('\n')
  const answer = await ask(`${base}${request.path}`, method, request).catch(() => null)
  if (answer === null)
    return { message: { title, sent, answered: 'No answer came.', status: null }, body: null }
  const body = parseJson<T>(answer.text)
  const message: Message = {
    title,
    sent,
    answered: masked(body === null ? answer.text : JSON.stringify(body, null, 2)),
    status: answer.status,
  }
  return { message, body: answer.ok ? body : null }
}

async function ask(address: string, method: string, { authorization, body }: PartnerRequest) {
  const answer = await fetch(address, {
    method,
    headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { ok: answer.ok, status: answer.status, text: await answer.text() }
}

/** True for `invalid_grant` alone, which ends the token (RFC 6749 §5.2); after any other failure the partner may try again. */
export function isOver({ status, answered }: Message): boolean {
  return status === 400 && parseJson<{ error?: unknown }>(answered ?? '')?.error === 'invalid_grant'
}

export function basic(client: PartnerClient): string {
  return `Basic ${Buffer.from(`${client.clientId}:${client.clientSecret}`).toString('base64')}`
}

function parseJson<T>(text: string): T | null {
  try {
    return JSON.parse(text) as T
  } catch {
    return null
  }
}
