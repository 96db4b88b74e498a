/** The playground's requests as the partner's server: it redeems, refreshes and calls the API, over HTTP. */
import { hash, randomBytes } from 'node:crypto'
import type { Connection } from '../../../installs/connection.ts'
import { type TestOutcome, testHeader } from '../../../installs/forced-outcome.ts'
import { newTokenValue } from '../../../installs/token-value.ts'
import { trialSecretKey, trialSecretSeconds, trialSecretValue } from '../../../installs/trial.ts'
import { tokenForm } from './messages.ts'
import type { Trial } from './trials.ts'

/** Sends a request as the partner's server does, and keeps both sides of it. */
export type BackChannel = (sent: {
  method: 'GET' | 'POST'
  path: string
  credentials:
    | { kind: 'basic'; id: string; secret: string }
    | { kind: 'bearer'; token: string }
    | { kind: 'none' }
  form?: Record<string, string>
  json?: object
  headers?: Record<string, string>
}) => Promise<{
  curl: string
  status: number
  headers: string[]
  text: string
  body: Record<string, unknown> | null
}>

export type RunNeeds = {
  backChannel: BackChannel
  store: { write(key: string, value: string, seconds: number): Promise<void> }
  redirectUri: string
}

type Client = { id: string; clientType: Connection['clientType'] }
type Sent = Parameters<BackChannel>[0]

export type Run = ReturnType<typeof run>

export function run(needs: RunNeeds) {
  async function exchange(
    trial: Trial,
    words: { title: string; sentence: string },
    sent: Sent,
    test: TestOutcome | null = null,
  ): Promise<Record<string, unknown> | null> {
    const headers = test ? { ...sent.headers, [testHeader]: test } : sent.headers
    const done = await needs.backChannel({ ...sent, ...(headers ? { headers } : {}) })
    const { status, headers: answered, text } = done
    trial.messages.push({
      ...words,
      sent: { label: 'Request', text: done.curl },
      parts: [],
      answer: { status, headers: answered, text },
    })
    return done.body
  }

  /** A secret made for this one request: of the real ones the server has only hashes. */
  async function credentials(client: Client, presented: string): Promise<Sent['credentials']> {
    if (client.clientType === 'public') return { kind: 'none' }
    const secret = newTokenValue('lks_', randomBytes)
    await needs.store.write(
      trialSecretKey(hash('sha256', secret, 'buffer')),
      trialSecretValue(client.id, hash('sha256', presented, 'buffer')),
      trialSecretSeconds,
    )
    return { kind: 'basic', id: client.id, secret }
  }

  function keepTokens(trial: Trial, body: Record<string, unknown> | null): void {
    if (!body || typeof body.access_token !== 'string') return
    const refresh = typeof body.refresh_token === 'string' ? body.refresh_token : null
    trial.tokens = { access: body.access_token, refresh }
  }

  async function callApi(trial: Trial, test: TestOutcome | null = null): Promise<void> {
    if (!trial.tokens) return
    const bearer = { kind: 'bearer', token: trial.tokens.access } as const
    const me = { title: 'Who is this token? (users.me)', sentence: 'Asks whom the token speaks for.' }
    // The first call forces the outcome; the others show its effect.
    await exchange(trial, me, { method: 'GET', path: '/v1/users/me', credentials: bearer }, test)
    const search = {
      title: 'Which pages does it reach? (search)',
      sentence: 'Without words it lists all pages.',
    }
    const json = { page_size: 10 }
    const found = await exchange(trial, search, {
      method: 'POST',
      path: '/v1/search',
      credentials: bearer,
      json,
    })
    const [first] = (found?.results ?? []) as { id?: unknown }[]
    if (typeof first?.id === 'string') trial.pageId = first.id
    if (!trial.pageId) return
    const retrieve = { title: 'One page (pages.retrieve)', sentence: 'The first one that search has found.' }
    const path = `/v1/pages/${trial.pageId}`
    await exchange(trial, retrieve, { method: 'GET', path, credentials: bearer })
  }

  return {
    callApi,

    async redeem(trial: Trial, client: Client, code: string): Promise<void> {
      const form = tokenForm(client, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: needs.redirectUri,
        code_verifier: trial.verifier,
      })
      const words = {
        title: 'The code is redeemed',
        sentence:
          client.clientType === 'public'
            ? 'Your application sends the code and the verifier. A public client has no secret.'
            : 'Your server sends the code, the verifier and its client secret. The secret shown here was made for this one request: yours is known here as a hash only.',
      }
      const sent: Sent = {
        method: 'POST',
        path: '/v1/oauth/token',
        credentials: await credentials(client, code),
        form,
      }
      keepTokens(trial, await exchange(trial, words, sent))
      await callApi(trial)
    },

    async refresh(trial: Trial, client: Client, test: TestOutcome | null): Promise<void> {
      const token = trial.tokens?.refresh
      if (!token) return
      const words = {
        title: 'The token is refreshed',
        sentence: 'The answer brings a new refresh token: keep it in place of the old one before you use it.',
      }
      const form = tokenForm(client, { grant_type: 'refresh_token', refresh_token: token })
      const path = '/v1/oauth/token'
      const sent: Sent = { method: 'POST', path, credentials: await credentials(client, token), form }
      keepTokens(trial, await exchange(trial, words, sent, test))
    },
  }
}
