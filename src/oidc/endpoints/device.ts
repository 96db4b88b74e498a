/** POST /v1/oauth/device_authorization (RFC 8628 §3.1): a device without a browser asks for a code to show. */
import type { Middleware } from 'koa'
import { askedCapabilities, readAuthorizeRequest } from './authorize-request.ts'
import { authenticated, type ClientRequestNeeds, inOurWords } from './client-request.ts'
import { type DeviceRequests, deviceSeconds, pollSeconds, shownUserCode } from './device-requests.ts'
import { OAuthRefusal } from './oauth-refusal.ts'
import type { Resources } from './resource.ts'

export type DeviceNeeds = ClientRequestNeeds & Resources & { devices: DeviceRequests }

/** The parameters of an authorization request that a device sends; those of the redirect are ours. */
const parameters = ['scope', 'resource', 'workspace_id', 'login_hint', 'authorization_details']

export function deviceEndpoint(needs: DeviceNeeds): Middleware {
  return async ctx => {
    const { known, fields } = await authenticated(needs, ctx)
    const { id, deviceFlow, capabilities } = known.connection
    if (!deviceFlow)
      throw new OAuthRefusal(
        400,
        'unauthorized_client',
        'The connection is not registered for the device flow (device_flow).',
      )
    const query = Object.fromEntries(
      parameters.flatMap(name => (fields[name] === undefined ? [] : [[name, fields[name]]])),
    )
    try {
      const request = await readAuthorizeRequest({ ...query, client_id: id }, needs)
      if (request?.complaint) throw request.complaint
      askedCapabilities(fields.scope, capabilities)
    } catch (error) {
      throw inOurWords(error)
    }
    const { deviceCode, userCode } = await needs.devices.open(id, query)
    const verification_uri = `${needs.issuer}/device`
    ctx.body = {
      device_code: deviceCode,
      user_code: shownUserCode(userCode),
      verification_uri,
      verification_uri_complete: `${verification_uri}?user_code=${shownUserCode(userCode)}`,
      expires_in: deviceSeconds,
      interval: pollSeconds,
    }
  }
}
