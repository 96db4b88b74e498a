/**
 * A baseline of the token part: oidc-provider on its in-memory adapter, or on Redis at BARE_REDIS_URL, with the settings that make it do the same work as ours
 * (rotation, refresh tokens without a session, introspection), and room for all measured tokens.
 */
import type { AddressInfo } from 'node:net'
import Provider, { type AdapterConstructor, type Client } from 'oidc-provider'
import type { Counts, Seeds } from './_contestants.ts'
import { redisAdapter } from './_redis-adapter.ts'

type Store = object
const { default: LRU } = (await import('oidc-provider/lib/helpers/lru.js' as string)) as {
  default: new (options: { maxSize: number }) => Store
}
const { default: MemoryAdapter } = (await import(
  'oidc-provider/lib/adapters/memory_adapter.js' as string
)) as {
  default: new (model: string, store: Store) => object
}

const room = new LRU({ maxSize: 4_000_000 })
class RoomyAdapter extends MemoryAdapter {
  constructor(model: string) {
    super(model, room)
  }
}

const { BARE_REDIS_URL: redisUrl } = process.env
const adapter = redisUrl ? redisAdapter(redisUrl) : RoomyAdapter

const client = { id: 'bench', secret: 'lks_0123456789012345678901234567890123' }
const redirectUri = 'https://relay.test/callback'
const scope = 'read_content update_content'

const provider = new Provider('http://localhost', {
  adapter: adapter as unknown as AdapterConstructor,
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
    revocation: { enabled: true, allowedPolicy: () => true },
    introspection: { enabled: true, allowedPolicy: () => true },
  },
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: async () => ({ sub }) }),
  issueRefreshToken: async () => true,
  rotateRefreshToken: () => true,
  expiresWithSession: async () => false,
  ttl: { AccessToken: 86_400, AuthorizationCode: 86_400, RefreshToken: 86_400, Grant: 86_400 },
  cookies: { keys: ['bench'] },
})

/** So many at once, in their order. */
async function make(count: number, one: (n: number) => Promise<string>): Promise<string[]> {
  const made: string[] = []
  for (let from = 0; from < count; from += 500)
    made.push(
      ...(await Promise.all(Array.from({ length: Math.min(500, count - from) }, (_, at) => one(from + at)))),
    )
  return made
}

async function seed(count: Counts): Promise<Seeds> {
  const found = (await provider.Client.find(client.id)) as Client
  const common = async (n: number) => {
    const accountId = `user-${n}`
    const grant = new provider.Grant({ accountId, clientId: client.id })
    grant.addOIDCScope(scope)
    const grantId = await grant.save()
    return { accountId, client: found, grantId, scope, gty: 'authorization_code', expiresWithSession: false }
  }
  const refresh = async (n: number) =>
    new provider.RefreshToken({ ...(await common(n)), rotations: 0 }).save()
  return {
    codes: await make(count.codes, async n =>
      new provider.AuthorizationCode({ ...(await common(n)), redirectUri }).save(),
    ),
    refreshTokens: await make(count.chains, refresh),
    accessTokens: await make(count.tokens, async n => new provider.AccessToken(await common(n)).save()),
    revocable: await make(count.revocations, refresh),
  }
}

const seeds = await seed(JSON.parse(process.argv[2]!))
const server = provider.listen(0, '127.0.0.1', () =>
  process.send!({ port: (server.address() as AddressInfo).port, client, redirectUri, seeds }),
)
