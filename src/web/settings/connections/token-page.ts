import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { urls } from '../../urls.ts'

/** The token of an internal connection: first a warning, then the token, shown once. */
export type TokenPage = {
  name: string
  notice: Notice | null
  /** null: not asked for yet, or already shown. */
  token: { id: string; label: string; text: string } | null
  action: string
  back: string
}
export const tokenView = view<TokenPage>('settings/connections-token')

export function tokenPage(facts: {
  workspaceId: string
  connection: { id: string; name: string }
  token: string | null
  /** The address has shown a token before. */
  shownBefore: boolean
}): TokenPage {
  const { workspaceId, connection, token, shownBefore } = facts
  const notice: Notice | null = shownBefore
    ? { kind: 'info', sentence: 'The token was already shown. You can show it again; each time is recorded.' }
    : null
  return {
    name: connection.name,
    notice: token === null ? notice : null,
    token: token === null ? null : { id: 'token', label: 'Internal integration token', text: token },
    action: urls.connection.token(workspaceId, connection.id),
    back: urls.connection.people(workspaceId, connection.id),
  }
}
