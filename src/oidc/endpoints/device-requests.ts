/**
 * Requests of devices without a browser (RFC 8628). A person enters the code that the device shows; the request then goes through
 * the flow like any other, with an address of ours as its redirect URI, and the device fetches the outcome.
 */
import { hash, randomBytes, randomInt } from 'node:crypto'
import { OAuthRefusal } from './oauth-refusal.ts'
import type { PushedRequests } from './pushed-requests.ts'
import type { Fields } from './request-body.ts'

export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code'
export const deviceSeconds = 15 * 60
export const pollSeconds = 5

/** Where the flow of a device ends. It cannot be registered, and is accepted in such flows only. */
export const deviceRedirectUri = (issuer: string) => `${issuer}/device/back`

type Query = Record<string, string>
type Kept = { clientId: string; query: Query; userCode: string; verifier: string }
/** `code` is null where access was not allowed. */
type Answer = { code: string | null }
type Poll = { at: number; interval: number }

export type DeviceRequests = ReturnType<typeof deviceRequests>

/** Letters that neither form words nor look alike. */
const letters = 'BCDFGHJKLMNPQRSTVWXZ'
const newUserCode = () => Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
/** As it is shown: BCDF-GHJK. */
export const shownUserCode = (code: string) => `${code.slice(0, 4)}-${code.slice(4)}`
/** As it is typed: in any case, with any signs between the letters. null: it cannot be one. */
export function readUserCode(text: string): string | null {
  const code = text.toUpperCase().replace(/[^A-Z]/g, '')
  return code.length === 8 ? code : null
}

const refused = (code: string, sentence: string) => new OAuthRefusal(400, code, sentence)
const digest = (text: string) => hash('sha256', text, 'base64url')

export function deviceRequests(needs: {
  issuer: string
  pushed: PushedRequests
  shortLived: {
    read(key: string): Promise<string | null>
    write(key: string, value: string, seconds: number): Promise<void>
    writeNew(key: string, value: string, seconds: number): Promise<boolean>
    take(key: string): Promise<string | null>
  }
  /** The client_id that a browser names it by. */
  nameOf(clientId: string): Promise<string>
  now(): Date
}) {
  const { shortLived: store } = needs
  const keyOf = (kind: 'request' | 'user' | 'flow' | 'answer' | 'poll', name: string) =>
    `device-${kind}:${name}`
  const readJson = async <T>(key: string) => {
    const text = await store.read(key)
    return text === null ? null : (JSON.parse(text) as T)
  }

  /** @returns the interval that is asked of the device; a poll before its end makes it longer (RFC 8628 §3.5). */
  async function countPoll(device: string): Promise<{ early: boolean; interval: number }> {
    const key = keyOf('poll', device)
    const now = needs.now().getTime()
    const last = await readJson<Poll>(key)
    const early = last !== null && now - last.at < last.interval * 1000
    const interval = (last?.interval ?? pollSeconds) + (early ? pollSeconds : 0)
    await store.write(key, JSON.stringify({ at: now, interval } satisfies Poll), deviceSeconds)
    return { early, interval }
  }

  return {
    async open(clientId: string, query: Query): Promise<{ deviceCode: string; userCode: string }> {
      const deviceCode = randomBytes(32).toString('base64url')
      let userCode = newUserCode()
      while (!(await store.writeNew(keyOf('user', userCode), digest(deviceCode), deviceSeconds)))
        userCode = newUserCode()
      const kept: Kept = { clientId, query, userCode, verifier: randomBytes(32).toString('base64url') }
      await store.write(keyOf('request', digest(deviceCode)), JSON.stringify(kept), deviceSeconds)
      return { deviceCode, userCode }
    },

    /** The address at which the flow of this code begins; null: there is no such code, or its time is over. */
    async begin(userCode: string): Promise<string | null> {
      const device = await store.read(keyOf('user', userCode))
      const kept = device === null ? null : await readJson<Kept>(keyOf('request', device))
      if (device === null || !kept) return null
      const state = randomBytes(32).toString('base64url')
      await store.write(keyOf('flow', digest(state)), device, deviceSeconds)
      const query = {
        ...kept.query,
        ...{ response_type: 'code', redirect_uri: deviceRedirectUri(needs.issuer), state },
        ...{ code_challenge: digest(kept.verifier), code_challenge_method: 'S256' },
      }
      const request_uri = await needs.pushed.keep(kept.clientId, query, 'device')
      const client_id = await needs.nameOf(kept.clientId)
      return `/v1/oauth/authorize?${new URLSearchParams({ client_id, request_uri })}`
    },

    /** Keeps the outcome of a flow for the device. @returns false where the flow is unknown, or another one of it was first. */
    async settle(state: string, code: string | null): Promise<boolean> {
      const device = await store.take(keyOf('flow', digest(state)))
      const kept = device === null ? null : await readJson<Kept>(keyOf('request', device))
      if (device === null || !kept) return false
      await store.take(keyOf('user', kept.userCode))
      return store.writeNew(keyOf('answer', device), JSON.stringify({ code } satisfies Answer), deviceSeconds)
    },

    /**
     * The fields of a device's token request as those of the code that its flow brought.
     * @throws OAuthRefusal `authorization_pending`, `slow_down`, `access_denied`, `expired_token`; `invalid_grant` for the code of
     *   another client.
     */
    async redeemable({ device_code: deviceCode, ...fields }: Fields): Promise<Fields> {
      if (deviceCode === undefined) throw refused('invalid_request', 'The parameter device_code is missing.')
      const device = digest(deviceCode)
      const kept = await readJson<Kept>(keyOf('request', device))
      if (!kept) throw refused('expired_token', 'The device code is unknown, or its time is over.')
      if (kept.clientId !== fields.client_id)
        throw refused('invalid_grant', 'The device code is of another client.')
      const answer = await readJson<Answer>(keyOf('answer', device))
      if (!answer) {
        const { early, interval } = await countPoll(device)
        if (early) throw refused('slow_down', `Ask once in ${interval} seconds.`)
        throw refused('authorization_pending', 'The person has not finished yet.')
      }
      if (answer.code === null) throw refused('access_denied', 'The person did not allow access.')
      return {
        ...fields,
        grant_type: 'authorization_code',
        code: answer.code,
        redirect_uri: deviceRedirectUri(needs.issuer),
        code_verifier: kept.verifier,
      }
    },
  }
}
