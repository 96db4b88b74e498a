/** The messages of a trial, as they are kept: still unmasked. */
import type { Connection } from '../../../installs/connection.ts'
import { testParameter } from '../../../installs/forced-outcome.ts'
import type { Message, Part } from './message.ts'
import { challengeOf, type Trial } from './trials.ts'

const meanings: Record<string, string> = {
  response_type: 'A code comes back, never a token.',
  client_id: 'Your connection.',
  redirect_uri:
    'Where the code goes. This one exists for tests alone; in earnest you send one that is registered.',
  owner: 'Who installs it; Notion-style clients send it.',
  state: 'A random value that you compare when the user comes back. It protects them from foreign codes.',
  code_challenge: 'PKCE: the hash of a secret that you send when you redeem the code.',
  code_challenge_method: 'How the challenge was made.',
  [testParameter]: 'The outcome that you force. It works in sandboxes alone.',
  code: 'Redeemed once, within a minute.',
  iss: 'Who answers (RFC 9207): compare it with the server that you asked.',
  error: 'Why there is no code (RFC 6749 §4.1.2.1).',
  error_description: 'The same for developers. Do not show it to users.',
}

function partsOf(url: URL): Part[] {
  return [...url.searchParams].map(([name, value]) => ({ name, value, meaning: meanings[name] ?? '' }))
}

/** The address that the user's browser is sent to (RFC 6749 §4.1.1). */
export function authorizeUrl(
  trial: Trial,
  { issuer, redirectUri }: { issuer: string; redirectUri: string },
): string {
  const url = new URL(`${issuer}/v1/oauth/authorize`)
  const parameters: Record<string, string | null> = {
    response_type: 'code',
    client_id: trial.connectionId,
    redirect_uri: redirectUri,
    owner: 'user',
    state: trial.state,
    code_challenge: challengeOf(trial),
    code_challenge_method: 'S256',
    [testParameter]: trial.outcome,
  }
  for (const [name, value] of Object.entries(parameters)) if (value) url.searchParams.set(name, value)
  return url.href
}

export function authorizeMessage(url: string): Message {
  return {
    title: 'The user is sent to Latchkey',
    sentence: 'Your application redirects the browser to this address.',
    sent: { label: 'Authorize address', text: `GET ${url}` },
    parts: partsOf(new URL(url)),
    answer: null,
  }
}

export function callbackMessage(url: string): Message {
  const parsed = new URL(url)
  const refused = parsed.searchParams.has('error')
  return {
    title: 'The user comes back',
    sentence: refused
      ? 'Latchkey redirects the browser to your redirect URI, with an error in place of the code.'
      : 'Latchkey redirects the browser to your redirect URI, with a code.',
    sent: { label: 'Callback', text: `GET ${url}` },
    parts: partsOf(parsed),
    answer: null,
  }
}

/** A request for tokens, with the authentication of this kind of client (RFC 6749 §4.1.3 and §6). */
export function tokenForm(
  connection: { id: string; clientType: Connection['clientType'] },
  fields: Record<string, string>,
): Record<string, string> {
  return connection.clientType === 'public' ? { ...fields, client_id: connection.id } : fields
}
