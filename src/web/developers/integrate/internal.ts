/** "How to integrate" of an internal connection, which has no flow: choose its pages, then call with its token. */
import { mayAddPages } from '../../../installs/policy.ts'
import { view } from '../../frame/render.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit } from '../frame/gate.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import { reachWords } from '../token/page.ts'
import type { InternalTokens } from '../token/readings.ts'
import { notionClient, type Snippet } from './snippets.ts'

export type IntegrateInternalPage = {
  head: ConnectionHead
  /** The pages that it reaches now, or the reason why it reaches none. */
  reach: string
  /** Opens the choice of its pages; null where this person may not choose, or a choice would have no effect. */
  managePages: string | null
  workspace: string | null
  token: string
  snippets: Snippet[]
}
export const integrateInternalView = view<IntegrateInternalPage>('developers/integrate-internal')

export function integrateInternalPage(
  visit: ConnectionVisit,
  reading: InternalTokens,
  issuer: string,
): IntegrateInternalPage {
  const { workspaceId, id } = visit.connection
  return {
    head: headOf(visit, 'integrate'),
    reach: reachWords(reading),
    managePages: managePagesOf(visit, reading),
    workspace: workspaceId && urls.workspace(workspaceId),
    token: urls.developersPart(id, 'token'),
    snippets: [callWithToken(issuer), notionClient({ issuer })],
  }
}

/** Members choose among their own pages; guests have no pages. */
function managePagesOf(
  { connection, actor }: ConnectionVisit,
  { installationId, state }: InternalTokens,
): string | null {
  if (connection.workspaceId === null || installationId === null || state !== 'active') return null
  if (mayAddPages(actor, { userId: null }).kind === 'no') return null
  return urls.myConnection.pages(connection.workspaceId, installationId)
}

/** Lists the pages that the token reaches. */
export function callWithToken(issuer: string): Snippet {
  return {
    id: 'call',
    title: 'curl',
    sentence: 'Lists the pages that the token reaches; an empty list of results means none yet.',
    before: 'Before you run it: export ACCESS_TOKEN (the internal token).',
    text: `curl --silent --show-error "${issuer}/v1/search" \\
  --header "Authorization: Bearer $ACCESS_TOKEN" \\
  --header "Content-Type: application/json" \\
  --data '{}'`,
  }
}
