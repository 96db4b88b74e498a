import Router from '@koa/router'
import { view } from '../../frame/render.ts'
import type { WebState } from '../../http/state.ts'
import type { ConnectionVisit, DeveloperFrame } from '../frame/gate.ts'
import { type ConnectionHead, connectionLayout, headOf } from '../frame/head.ts'
import type { TokenReadings } from '../token/readings.ts'
import { integrateInternalPage, integrateInternalView } from './internal.ts'
import { snippets } from './snippets.ts'

type Code = { id: string; label: string; text: string }

export type IntegratePage = {
  head: ConnectionHead
  /** Asks for a redirect URI where the connection has none: without one no snippet works. */
  warning: string | null
  addresses: Code[]
  snippets: { title: string; sentence: string; before: string | null; code: Code }[]
  /** Further redirect URIs, which the snippets do not use. */
  others: number
}
export const integrateView = view<IntegratePage>('developers/integrate')

export function integratePage(visit: ConnectionVisit, issuer: string): IntegratePage {
  const { connection } = visit
  const [redirectUri, ...others] = connection.redirectUris
  const address = (id: string, label: string, path: string): Code => ({ id, label, text: `${issuer}${path}` })
  const facts = {
    issuer,
    clientId: connection.id,
    redirectUri: redirectUri ?? 'https://your-server.example/callback',
    isPublic: connection.clientType === 'public',
  }
  return {
    head: headOf(visit, 'integrate'),
    warning: redirectUri
      ? null
      : 'There is no redirect URI yet. Register yours in the settings before you try this.',
    addresses: [
      { id: 'client-id', label: 'Client id', text: connection.id },
      address('authorize', 'Authorize', '/v1/oauth/authorize'),
      address('token', 'Token', '/v1/oauth/token'),
      address('introspect', 'Introspect', '/v1/oauth/introspect'),
      address('revoke', 'Revoke', '/v1/oauth/revoke'),
      address('metadata', 'Metadata', '/.well-known/oauth-authorization-server'),
    ],
    snippets: snippets(facts).map(({ id, title, sentence, before, text }) => ({
      title,
      sentence,
      before,
      code: { id: `snippet-${id}`, label: title, text },
    })),
    others: others.length,
  }
}

export function developersIntegrate(
  needs: DeveloperFrame &
    TokenReadings & {
      issuer: string
    },
): Router<WebState> {
  const router = new Router<WebState>()
  router.get('/developers/connections/:connection/integrate', async ctx => {
    const visit = await needs.gate.enter(ctx)
    if (!visit) return
    const layout = connectionLayout(visit, 'How to integrate')
    if (visit.connection.kind === 'public')
      return needs.render.screen(ctx, integrateView, integratePage(visit, needs.issuer), layout)
    const reading = await needs.internalTokens(visit.connection.id, needs.now())
    const model = integrateInternalPage(visit, reading, needs.issuer)
    needs.render.screen(ctx, integrateInternalView, model, layout)
  })
  return router
}
