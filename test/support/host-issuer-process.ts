/** The host's OpenID provider, in a process of its own: inside a test the library does not recognize the test's own objects. */
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

const { port, product, key } = JSON.parse(process.argv[2]!)
/** Everybody who comes is signed in as this account. */
let account = '17'
/** Claims of an account beside its own. */
let more: Record<string, unknown> = {}

const provider = new Provider(`http://localhost:${port}`, {
  clients: [
    {
      client_id: 'latchkey',
      client_secret: 'a secret of the host',
      redirect_uris: [`${product}/sign-in/callback`],
      backchannel_logout_uri: `${product}/sign-in/back-channel-logout`,
      backchannel_logout_session_required: true,
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ['a key of the test'] },
  claims: { openid: ['sub'], profile: ['employee', 'name', 'teams'], email: ['email', 'email_verified'] },
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
  // The library's own guards against private addresses, where the product of a test is.
  fetch: (address, options) => fetch(address, { ...options, dispatcher: undefined } as RequestInit),
  pkce: { required: () => true },
  interactions: { url: (_ctx, { uid }) => `/enter/${uid}` },
  findAccount: (_ctx, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, employee: `e-${id}`, ...more }),
  }),
  loadExistingGrant: async ctx => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client!.clientId,
      accountId: ctx.oidc.session!.accountId!,
    })
    grant.addOIDCScope('openid email profile')
    await grant.save()
    return grant
  },
})
const answer = provider.callback()
const server = createServer(async (request, response) => {
  if (!request.url!.startsWith('/enter/')) return answer(request, response)
  await provider.interactionFinished(request, response, { login: { accountId: account } })
})

const orders: Record<string, (value: never) => void> = {
  account: (value: string) => {
    account = value
    process.send!('done')
  },
  claims: (value: Record<string, unknown>) => {
    more = value
    process.send!('done')
  },
  listen: () => server.listen(port, () => process.send!('done')),
  stop: () => {
    server.close(() => process.send!('done'))
    server.closeAllConnections()
  },
}
process.on('message', ([order, value]: [string, never]) => orders[order]!(value))
process.once('disconnect', () => process.exit())
process.send!('done')
