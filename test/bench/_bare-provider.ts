/**
 * The baseline of the token part: oidc-provider on its in-memory adapter, with the settings that make it do the same work as ours
 * (rotation, refresh tokens without a session, introspection), and room for all measured tokens.
 */
import type { AddressInfo } from 'node:net'
import Provider, { type AdapterConstructor, type Client } from 'oidc-provider'

type Store = object
const { default: LRU } = (await import('oidc-provider/lib/helpers/lru.js' as string)) as {
  default: new (options: { maxSize: number }) => Store
}
const { default: MemoryAdapter } = (await import(
  'oidc-provider/lib/adapters/memory_adapter.js' as string
)) as {
  default: new (model: string, store: Store) => object
}

export type Seeds = { codes: string[]; refreshTokens: string[]; accessTokens: string[] }

const room = new LRU({ maxSize: 2_000_000 })
class RoomyAdapter extends MemoryAdapter {
  constructor(model: string) {
    super(model, room)
  }
}

const client = { id: 'bench', secret: 'lks_0123456789012345678901234567890123' }
const redirectUri = 'https://relay.test/callback'
const scope = 'read_content update_content'

const provider = new Provider('http://localhost', {
  adapter: RoomyAdapter as unknown as AdapterConstructor,
  clients: [
    {
      client_id: client.id,
      client_secret: client.secret,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    },
  ],
  scopes: scope.split(' '),
  features: {
    devInteractions: { enabled: false },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  issueRefreshToken: async () => true,
  rotateRefreshToken: () => true,
  expiresWithSession: async () => false,
  ttl: { AccessToken: 86_400, AuthorizationCode: 86_400, RefreshToken: 86_400, Grant: 86_400 },
  cookies: { keys: ['bench'] },
})

async function seed(count: { codes: number; chains: number; tokens: number }): Promise<Seeds> {
  const found = (await provider.Client.find(client.id)) as Client
  const common = async (n: number) => {
    const accountId = `user-${n}`
    const grant = new provider.Grant({ accountId, clientId: client.id })
    grant.addOIDCScope(scope)
    const grantId = await grant.save()
    return { accountId, client: found, grantId, scope, gty: 'authorization_code', expiresWithSession: false }
  }
  const seeds: Seeds = { codes: [], refreshTokens: [], accessTokens: [] }
  for (let n = 0; n < count.codes; n++)
    seeds.codes.push(await new provider.AuthorizationCode({ ...(await common(n)), redirectUri }).save())
  for (let n = 0; n < count.chains; n++)
    seeds.refreshTokens.push(await new provider.RefreshToken({ ...(await common(n)), rotations: 0 }).save())
  for (let n = 0; n < count.tokens; n++)
    seeds.accessTokens.push(await new provider.AccessToken(await common(n)).save())
  return seeds
}

const seeds = await seed(JSON.parse(process.argv[2]!))
const server = provider.listen(0, '127.0.0.1', () =>
  process.send!({ port: (server.address() as AddressInfo).port, client, redirectUri, seeds }),
)
