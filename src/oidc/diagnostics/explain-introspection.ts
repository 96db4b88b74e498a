/** Why an introspection or a giving back came to nothing, for the log of the connection's developer. */
import type { FlowFailure } from '../../installs/flow-log.ts'
import type { OAuthRefusal } from '../endpoints/oauth-refusal.ts'
import type { SecretStore, TokenStanding } from '../ports.ts'
import { explainUnproven } from './explain-client.ts'
import { exactly, plain } from './failure.ts'

/** @param claimed who the client says that it is, and its proof. @param what the token that the request is about. */
export async function explainRefusal(
  store: SecretStore,
  refused: OAuthRefusal,
  claimed: { connectionId: string; secret: string },
  what: string,
): Promise<FlowFailure> {
  if (refused.code !== 'invalid_client') return explainAsked(refused, what)
  return explainUnproven(store, refused, claimed.connectionId, claimed.secret)
}

/** A request that was understood, and refused for something else than its client. */
const explainAsked = ({ code, message }: OAuthRefusal, what: string): FlowFailure =>
  plain(
    code,
    message,
    code === 'rate_limited' ? 'Wait as long as Retry-After says.' : `Send the parameter token, with ${what}.`,
  )

export const explainForm = (code: string, begins: string): FlowFailure => ({
  ...plain(
    code,
    `${begins}What was sent has not the form of a token that is taken here.`,
    'Send the token whole and unchanged, as it was issued.',
  ),
  sent: 'a value of another form',
})

/** What is another connection's is told like what there never was. */
export const explainForeign = (code: string, begins: string): FlowFailure =>
  plain(
    code,
    `${begins}Not a token of this connection, or one that was given back or ended before.`,
    'Compare the client id with the one that the token was issued to. Where it is the same, send the user through the flow again.',
  )

export const inactive = 'Answered with active: false. '

/**
 * @param standing null: it is no token of this connection, as far as is known.
 * @param asked.whose a resource server may ask about any connection's tokens, and is told of none why.
 */
export function explainInactive(
  standing: TokenStanding | null,
  asked: { isRefresh: boolean; whose: 'own' | 'any'; at: Date },
): FlowFailure {
  if (!standing && asked.whose === 'any')
    return plain('inactive', `${inactive}No token that is in force.`, 'Refuse the request that came with it.')
  if (!standing) return explainForeign('inactive', inactive)
  const [sentence, advice] = reasonOf(standing, asked.isRefresh, asked.at)
  return plain('inactive', inactive + sentence, advice)
}

const again = 'Send the user through the flow again.'

/** What ended it for good comes before what may be over tomorrow. */
function reasonOf(
  standing: TokenStanding,
  isRefresh: boolean,
  now: Date,
): [sentence: string, advice: string] {
  const { expiresAt, ended, state, stateReason, memberIsThere } = standing
  if (ended && isRefresh)
    return ['The refresh token was used already, and another took its place.', 'Keep the newest one only.']
  if (ended) return ['The token was revoked.', 'Copy the token that stands in the hub.']
  if (expiresAt && expiresAt <= now)
    return [
      `The token was good until ${exactly(expiresAt)}.`,
      isRefresh ? again : 'Refresh before that time, or send the user through the flow again.',
    ]
  if (state === 'revoked') return ['The installation was disconnected.', again]
  if (stateReason === 'installer-left' || !memberIsThere)
    return [
      'The member who allowed access has left the workspace, or is disabled.',
      'Another member can go through the flow.',
    ]
  if (state === 'suspended')
    return [
      `The installation is suspended${stateReason === 'by-owner' ? ' by an owner of the workspace' : ''}.`,
      'Wait until it is resumed; its tokens work again from then on.',
    ]
  return [
    'The token is not in force.',
    'See whether the connection is switched on, and its installation active.',
  ]
}
