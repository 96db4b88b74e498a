/** Explains a failed client authentication in the developer's log. */
import { hash } from 'node:crypto'
import type { FlowFailure } from '../../installs/flow-log.ts'
import { tokenPrefix } from '../../installs/token-value.ts'
import { type OAuthRefusal, unproven } from '../endpoints/oauth-refusal.ts'
import type { SecretStatus, SecretStore } from '../ports.ts'
import { exactly, plain } from './failure.ts'

const advice: Record<string, string> = {
  [unproven.unknown]: 'Switch the connection on in the hub, or send the client id shown there.',
  [unproven.hasNone]: 'Send client_id in the body and no secret, or register the connection as confidential.',
  [unproven.missing]:
    'Send the client id and a secret by HTTP Basic, or as client_id and client_secret in the body.',
  [unproven.wrong]:
    'Compare the end of the secret that your server sends with the secrets in the hub, or make a new one there.',
}

export function explainClient({ code, message }: OAuthRefusal): FlowFailure {
  if (message.startsWith('The client assertion'))
    return plain(code, message, 'Sign a new JWT with a key of the registration, whose aud is the issuer.')
  return plain(code, message, advice[message] ?? 'Send the client id and a secret by HTTP Basic.')
}

/** For a wrong secret, looks up the connection's secrets. @returns a shorter explanation where the lookup fails. */
export async function explainUnproven(
  store: SecretStore,
  refused: OAuthRefusal,
  clientId: string,
  secret: string,
): Promise<FlowFailure> {
  if (refused.message !== unproven.wrong) return explainClient(refused)
  return store
    .readSecrets(clientId, hash('sha256', secret, 'buffer'))
    .then(known => explainSecret(refused, secret, known))
    .catch(() => explainClient(refused))
}

/** Lists the live secrets and the one used last. The secret that was sent is identified by its last characters. */
function explainSecret(refused: OAuthRefusal, secret: string, known: readonly SecretStatus[]): FlowFailure {
  const live = known.filter(one => one.revokedAt === null)
  const revoked = known.find(one => one.revokedAt !== null)
  const sent =
    tokenPrefix(secret) === 'lks_'
      ? `a secret that ends in ${secret.slice(-4)}`
      : 'a value that is not a secret of this server'
  const base = {
    ...plain(refused.code, refused.message, advice[unproven.wrong]!),
    sent,
    expected: live.map(described),
  }
  if (revoked)
    return {
      ...base,
      sentence: `The secret that ends in ${revoked.hint} is revoked, since ${exactly(revoked.revokedAt!)}. ${lastWords(live)}`,
      advice: 'Give your server one of the live secrets, or make a new one in the hub.',
    }
  return { ...base, sentence: `${refused.message} ${lastWords(live)}` }
}

const described = ({ hint, createdAt, lastUsedAt }: SecretStatus) =>
  `…${hint}, made ${exactly(createdAt)}, ${lastUsedAt ? `last worked ${exactly(lastUsedAt)}` : 'never used'}`

function lastWords(live: readonly SecretStatus[]): string {
  if (live.length === 0) return 'No secret is live.'
  const used = live.filter(one => one.lastUsedAt !== null)
  const last = used.sort((one, other) => other.lastUsedAt!.getTime() - one.lastUsedAt!.getTime())[0]
  if (!last) return live.length === 1 ? 'The live one was never used.' : 'Neither live one was ever used.'
  return `The last one to work was the one that ends in ${last.hint}, at ${exactly(last.lastUsedAt!)}.`
}
