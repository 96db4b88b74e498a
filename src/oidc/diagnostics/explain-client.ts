/** Why a client could not prove who it is, for the log of the connection's developer. */
import { hash } from 'node:crypto'
import type { FlowFailure } from '../../installs/flow-log.ts'
import { tokenPrefix } from '../../installs/token-value.ts'
import { type OAuthRefusal, unproven } from '../endpoints/oauth-refusal.ts'
import type { SecretStanding, SecretStore } from '../ports.ts'
import { exactly, plain } from './failure.ts'

const advice: Record<string, string> = {
  [unproven.unknown]: 'Switch the connection on in the hub, or send the client id that stands there.',
  [unproven.hasNone]: 'Send client_id in the body and no secret, or register the connection as confidential.',
  [unproven.missing]:
    'Send the client id and a secret by HTTP Basic, or as client_id and client_secret in the body.',
  [unproven.wrong]:
    'Compare the end of the secret that your server sends with the secrets in the hub, or make a new one there.',
}

export function explainClient({ code, message }: OAuthRefusal): FlowFailure {
  return plain(code, message, advice[message] ?? 'Send the client id and a secret by HTTP Basic.')
}

/** Of a wrong secret, what is to be told of it is looked up. @returns always something; without a look-up, less. */
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

/** For a wrong secret: which are live, and which of them was the last to work. The one that was sent is told by its end. */
function explainSecret(refused: OAuthRefusal, secret: string, known: readonly SecretStanding[]): FlowFailure {
  const live = known.filter(one => one.revokedAt === null)
  const revoked = known.find(one => one.revokedAt !== null)
  const sent =
    tokenPrefix(secret) === 'lks_'
      ? `a secret that ends in ${secret.slice(-4)}`
      : 'something that is no secret of this server'
  const base = {
    ...plain(refused.code, refused.message, advice[unproven.wrong]!),
    sent,
    expected: live.map(told),
  }
  if (revoked)
    return {
      ...base,
      sentence: `The secret that ends in ${revoked.hint} is revoked, since ${exactly(revoked.revokedAt!)}. ${lastWords(live)}`,
      advice: 'Give your server one of the live secrets, or make a new one in the hub.',
    }
  return { ...base, sentence: `${refused.message} ${lastWords(live)}` }
}

const told = ({ hint, createdAt, lastUsedAt }: SecretStanding) =>
  `…${hint}, made ${exactly(createdAt)}, ${lastUsedAt ? `last worked ${exactly(lastUsedAt)}` : 'never used'}`

function lastWords(live: readonly SecretStanding[]): string {
  if (live.length === 0) return 'No secret is live.'
  const used = live.filter(one => one.lastUsedAt !== null)
  const last = used.sort((one, other) => other.lastUsedAt!.getTime() - one.lastUsedAt!.getTime())[0]
  if (!last) return live.length === 1 ? 'The live one was never used.' : 'Neither live one was ever used.'
  return `The last one to work was the one that ends in ${last.hint}, at ${exactly(last.lastUsedAt!)}.`
}
