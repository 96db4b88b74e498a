/** POST /v1/oauth/register: an application registers itself (RFC 7591), and manages what it registered (RFC 7592). */
import { hash } from 'node:crypto'
import type { Context, Middleware } from 'koa'
import type { From } from '../../installs/actions/register-connection.ts'
import type { ConnectionSettings } from '../../installs/connection.ts'
import { readUuid } from '../../installs/ids.ts'
import type { TakingLimits } from '../../installs/rate-limits.ts'
import { newTokenValue, tokenPrefix } from '../../installs/token-value.ts'
import { presentClientMetadata, readClientMetadata } from './client-metadata.ts'
import { OAuthRefusal, tooManyRequests } from './oauth-refusal.ts'
import { readJson } from './request-body.ts'

export const registrationPath = '/v1/oauth/register'

/** Changes of self-registered connections. */
export type Registrations = {
  /** `secret` is null for a public client; `faults` is empty where the settings are valid. */
  register(
    settings: ConnectionSettings,
    managementHash: Buffer,
    from: From,
  ): Promise<{ id: string; secret: string | null; at: Date }>
  /** null: there is no such registration, or the token is another's. */
  find(id: string, managementHash: Buffer): Promise<{ settings: ConnectionSettings; createdAt: Date } | null>
  update(id: string, settings: ConnectionSettings, from: From): Promise<void>
  remove(id: string, from: From): Promise<void>
}

export type RegisterNeeds = {
  issuer: string
  /** Whether applications may register themselves here. */
  agents: 'open' | 'published' | 'off'
  /** Private schemes without a dot that the operator allows. */
  nativeSchemes: readonly string[]
  registrations: Registrations
  limits: TakingLimits
}

type Metadata = Record<string, unknown>

export function registerEndpoint(needs: RegisterNeeds): Middleware {
  const perAddress = needs.limits({ name: 'registration', points: 20, seconds: 3_600 })
  return async ctx => {
    if (needs.agents !== 'open')
      throw new OAuthRefusal(403, 'access_denied', 'Applications do not register themselves at this server.')
    const allowance = await perAddress.take(ctx.ip)
    if (!allowance.allowed) throw tooManyRequests(allowance.retryAfterSeconds)
    const sent = await readJson(ctx.req)
    const settings = settingsOf(sent, needs)
    const management = newTokenValue('lkm_')
    const { id, secret, at } = await needs.registrations.register(settings, sha256(management), fromOf(ctx))
    ctx.status = 201
    ctx.body = {
      client_id: id,
      client_id_issued_at: Math.floor(at.getTime() / 1000),
      ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
      ...presentClientMetadata(settings, sent.token_endpoint_auth_method),
      registration_access_token: management,
      registration_client_uri: `${needs.issuer}${registrationPath}/${id}`,
    }
  }
}

/** The registration itself: GET, PUT and DELETE, with the token that came with it. */
export function managedRegistration(needs: RegisterNeeds): Middleware {
  const { registrations } = needs
  return async ctx => {
    const [, value = ''] = /^Bearer +(\S+)$/i.exec(ctx.get('authorization')) ?? []
    const id = readUuid(ctx.path.slice(registrationPath.length + 1))
    const found = id && tokenPrefix(value) === 'lkm_' ? await registrations.find(id, sha256(value)) : null
    if (!id || !found) {
      ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"')
      throw new OAuthRefusal(401, 'invalid_token', 'The registration is gone, or its token is another one.')
    }
    if (ctx.method === 'DELETE') {
      await registrations.remove(id, fromOf(ctx))
      ctx.status = 204
      return
    }
    let { settings } = found
    if (ctx.method === 'PUT') {
      const sent = await readJson(ctx.req)
      if (sent.client_id !== id) throw refusal('client_id should be that of the registration.')
      settings = settingsOf(sent, needs)
      if (settings.clientType !== found.settings.clientType || signs(settings) !== signs(found.settings))
        throw refusal(
          'token_endpoint_auth_method should stay as it is, with a secret, keys or neither; register anew to change that.',
        )
      await registrations.update(id, settings, fromOf(ctx))
    }
    ctx.body = {
      client_id: id,
      client_id_issued_at: Math.floor(found.createdAt.getTime() / 1000),
      ...presentClientMetadata(settings, undefined),
      registration_access_token: value,
      registration_client_uri: `${needs.issuer}${registrationPath}/${id}`,
    }
  }
}

function settingsOf(sent: Metadata, { nativeSchemes }: RegisterNeeds): ConnectionSettings {
  const read = readClientMetadata(sent, nativeSchemes)
  if ('error' in read) throw new OAuthRefusal(400, read.error, read.sentence)
  return read
}

const signs = ({ jwks, jwksUri }: ConnectionSettings) => jwks !== null || jwksUri !== null
const refusal = (sentence: string) => new OAuthRefusal(400, 'invalid_client_metadata', sentence)
const sha256 = (value: string) => hash('sha256', value, 'buffer')
const fromOf = (ctx: Context): From => ({
  address: ctx.ip || null,
  requestId: ctx.state.requestId as string,
})
