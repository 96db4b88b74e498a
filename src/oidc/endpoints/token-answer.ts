import { capabilitiesOfToken, readScope, userInformation } from '../../installs/capability.ts'
import type { Exchange } from '../library/exchange.ts'
import type { Granted } from '../library/grants.ts'
import type { TokenOwner } from '../ports.ts'

/** The token response, with the members that Notion-style clients read. */
export function tokenAnswer(
  requestId: string,
  { access_token, refresh_token, expires_in, scope }: Granted,
  exchange: Exchange,
  installationId: string,
): Record<string, unknown> {
  const { source } = exchange
  const granted =
    source.kind === 'refresh' ? capabilitiesOfToken(scope, source.kept!.installation) : readScope(scope).known
  const owner = exchange.owner!
  return {
    access_token,
    token_type: exchange.jkt === null ? 'bearer' : 'DPoP',
    ...(exchange.connection.longLivedTokens ? {} : { expires_in }),
    ...(refresh_token === undefined ? {} : { refresh_token }),
    scope: granted.join(' '),
    bot_id: installationId,
    workspace_id: owner.workspaceId,
    workspace_name: owner.workspaceName,
    workspace_icon: owner.workspaceIcon,
    owner: { type: 'user', user: presentUser(owner, userInformation(granted)) },
    duplicated_template_id: null,
    request_id: requestId,
  }
}

function presentUser(
  { user }: TokenOwner,
  information: ReturnType<typeof userInformation>,
): Record<string, unknown> {
  if (information === 'none') return { object: 'user', id: user.id }
  return {
    object: 'user',
    id: user.id,
    type: 'person',
    name: user.name,
    avatar_url: user.avatarUrl,
    person: information === 'with-email' ? { email: user.email } : {},
  }
}
