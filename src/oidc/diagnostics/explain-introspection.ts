/** Explains a refused or inactive introspection, or a revocation without effect, in the developer's log. */
import type { FlowFailure } from '../../installs/flow-log.ts'
import type { OAuthRefusal } from '../endpoints/oauth-refusal.ts'
import type { SecretStore, TokenStatus } from '../ports.ts'
import { explainUnproven } from './explain-client.ts'
import { exactly, plain } from './failure.ts'

/** @param claimed the client id and secret that the request sent. @param what names the token that the request needs. */
export async function explainRefusal(
  store: SecretStore,
  refused: OAuthRefusal,
  claimed: { connectionId: string; secret: string },
  what: string,
): Promise<FlowFailure> {
  if (refused.code !== 'invalid_client') return explainAsked(refused, what)
  return explainUnproven(store, refused, claimed.connectionId, claimed.secret)
}

/** A refusal for another reason than client authentication. */
const explainAsked = ({ code, message }: OAuthRefusal, what: string): FlowFailure =>
  plain(
    code,
    message,
    code === 'rate_limited' ? 'Wait as long as Retry-After says.' : `Send the parameter token, with ${what}.`,
  )

export const explainForm = (code: string, begins: string): FlowFailure => ({
  ...plain(
    code,
    `${begins}The value is not in the form of a token that is accepted here.`,
    'Send the token whole and unchanged, as it was issued.',
  ),
  sent: 'a value of another form',
})

/** Tokens of other connections and unknown tokens get the same words. */
export const explainForeign = (code: string, begins: string): FlowFailure =>
  plain(
    code,
    `${begins}Not a token of this connection, or one that was revoked or ended before.`,
    'Compare the client id with the one that the token was issued to. Where it is the same, send the user through the flow again.',
  )

export const inactive = 'Answered with active: false. '

/**
 * @param status null: unknown, or a token of another connection.
 * @param asked.whose `any` for a resource server, which may introspect all tokens and gets no reasons.
 */
export function explainInactive(
  status: TokenStatus | null,
  asked: { isRefresh: boolean; whose: 'own' | 'any'; at: Date },
): FlowFailure {
  if (!status && asked.whose === 'any')
    return plain('inactive', `${inactive}Not an active token.`, 'Refuse the request that came with it.')
  if (!status) return explainForeign('inactive', inactive)
  const [sentence, advice] = reasonOf(status, asked.isRefresh, asked.at)
  return plain('inactive', inactive + sentence, advice)
}

const again = 'Send the user through the flow again.'

/** Permanent reasons come before temporary ones. */
function reasonOf(status: TokenStatus, isRefresh: boolean, now: Date): [sentence: string, advice: string] {
  const { expiresAt, ended, state, stateReason, memberIsThere } = status
  if (ended && isRefresh)
    return ['The refresh token was used already, and another took its place.', 'Keep the newest one only.']
  if (ended) return ['The token was revoked.', 'Copy the token shown in the hub.']
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
    'The token is not active.',
    'See whether the connection is switched on, and its installation active.',
  ]
}
