/** GET /v1/oauth/authorize, and the resumption of a flow after the member's decision. */
import type { Context, Middleware } from 'koa'
import type Provider from 'oidc-provider'
import type { Client } from 'oidc-provider'
import { type FlowFailure, type FlowStepKind, type NoteFlowStep, stepOf } from '../../installs/flow-log.ts'
import { readUuid } from '../../installs/ids.ts'
import { documentUrlOf } from '../clients/document.ts'
import type { Published } from '../clients/published.ts'
import { explainAuthorize } from '../diagnostics/explain.ts'
import type { ResourceStore } from '../ports.ts'
import { isTrial, type Trials } from '../trials.ts'
import { readAuthorizeRequest } from './authorize-request.ts'
import type { IsUnavailable, Log } from './partner-dialect.ts'
import type { PushedRequests } from './pushed-requests.ts'

export type Fault = { status: number; title: string; sentence: string; requestId: string }
export type RenderFault = (ctx: Context, fault: Fault) => void | Promise<void>

type Out = { error: string; error_description?: string }

export function authorizeEndpoint(needs: {
  issuer: string
  store: ResourceStore
  /** Whether the MCP server is served. */
  mcp: boolean
  renderFault: RenderFault
  log: Log
  note: NoteFlowStep
  now(): Date
  connectionOf(client: Client): { leaveOutIss: boolean }
  clients: Published
  /** The document of the published client that has this id; null: there is none. */
  documentOf(clientId: unknown): Promise<URL | null>
  pushed: PushedRequests
  signedIn(ctx: Context): Promise<boolean>
  signInUrl(returnTo: string): string
  trials: Trials
  isUnavailable: IsUnavailable
}) {
  const secure = needs.issuer.startsWith('https://')

  /**
   * The library builds URLs from the Host header, which the client controls; replaced by the issuer. Its cookies are signed with
   * keys that the application's context does not have.
   */
  function prepare(ctx: Context, provider: Provider): void {
    Object.defineProperty(ctx.request, 'href', { value: needs.issuer + ctx.path })
    const { cookies } = provider.createContext(ctx.req, ctx.res)
    cookies.secure = secure
    ctx.cookies = cookies
  }

  async function show(
    ctx: Context,
    status: number,
    words: { title: string; sentence: string },
  ): Promise<void> {
    ctx.status = status
    if (status === 503) ctx.set('Retry-After', '1')
    await needs.renderFault(ctx, { status, ...words, requestId: ctx.state.requestId as string })
  }

  /**
   * The query, with the connection's id in place of the address of its document. The document is fetched only for someone who
   * is signed in: nobody else makes this server ask others. null: answered already.
   */
  async function withPublished(ctx: Context): Promise<Context['query'] | null> {
    const url = documentUrlOf(ctx.query.client_id) ?? (await needs.documentOf(ctx.query.client_id))
    if (!url) return ctx.query
    if (!(await needs.signedIn(ctx))) {
      ctx.redirect(needs.issuer + needs.signInUrl(ctx.url))
      ctx.status = 303
      return null
    }
    const resolved = await needs.clients.resolve(url)
    if ('id' in resolved) return { ...ctx.query, client_id: resolved.id }
    needs.log.warn(
      { requestId: ctx.state.requestId, host: url.host, reason: resolved.fault },
      'the document of a client was refused',
    )
    await show(ctx, 400, {
      title: 'This application cannot say who it is',
      sentence: `The document at ${url.host} that describes the application ${resolved.fault.replace(/\.$/, '')}. Nothing was allowed.`,
    })
    return null
  }

  /** Logs a step for the connection that the request names, if any. */
  function noteStep(
    ctx: Context,
    uid: string | null,
    failure: FlowFailure | null,
    kind: FlowStepKind = 'authorize',
  ): void {
    const { client } = (ctx as unknown as { oidc?: { client?: Client } }).oidc ?? {}
    const connectionId = readUuid(client?.clientId ?? ctx.query.client_id)
    if (connectionId)
      needs.note(
        stepOf({ kind, at: needs.now(), connectionId, requestId: ctx.state.requestId, uid, failure }),
      )
  }

  /** Logs the outcome, which the redirect shows: to our screens, or to the partner with a code or an error. */
  function noteEnd(ctx: Context, kind: FlowStepKind, uid: string | null): void {
    const location = ctx.response.get('location')
    if (!location) return
    const url = new URL(location, needs.issuer)
    const begun = url.origin === needs.issuer ? /^\/install\/([\w-]+)$/.exec(url.pathname)?.[1] : undefined
    const error = url.searchParams.get('error')
    if (begun) noteStep(ctx, begun, null)
    else if (error === 'access_denied' && uid !== null) noteStep(ctx, uid, null, 'cancelled')
    else if (error) {
      const reason = url.searchParams.get('error_description') ?? undefined
      noteStep(ctx, uid, explainAuthorize(ctx, error, reason), kind)
    } else if (url.searchParams.has('code')) noteStep(ctx, uid, null, 'code-issued')
  }

  /** Reads the request before the library does. @returns false where it is answered already. */
  async function readRequest(ctx: Context): Promise<boolean> {
    const sent = await withPublished(ctx)
    if (!sent) return false
    const asked = await needs.pushed.unfold(sent)
    const request = asked && (await readAuthorizeRequest(asked.query, needs))
    if (!request) {
      await show(ctx, 400, asked ? unreadable : notPushed)
      return false
    }
    ctx.state.pushedBy = asked.by
    ctx.state.isTrial = await isTrial(needs.trials, ctx)
    ctx.query = request.query as Context['query']
    ctx.state.complaint = request.complaint
    return true
  }

  /** A store failed before the library could answer with its error page. */
  async function showUnavailable(ctx: Context, error: unknown): Promise<false> {
    if (!needs.isUnavailable(error)) throw error
    needs.log.warn({ requestId: ctx.state.requestId, err: error }, 'a store did not answer')
    await show(ctx, 503, words('', 503))
    return false
  }

  return {
    begin(provider: Provider, run: Middleware): Middleware {
      return async (ctx, next) => {
        const isReady = await readRequest(ctx).catch((error: unknown) => showUnavailable(ctx, error))
        if (!isReady) return
        prepare(ctx, provider)
        await run(ctx, next)
        noteEnd(ctx, 'authorize', null)
        leaveOutIss(ctx, needs.connectionOf)
      }
    },

    resume(provider: Provider, run: Middleware): Middleware {
      return async (ctx, next) => {
        prepare(ctx, provider)
        await run(ctx, next)
        noteEnd(ctx, 'code-issued', ctx.path.split('/').at(-1)!)
        leaveOutIss(ctx, needs.connectionOf)
      }
    },

    /** An error that must not be redirected to the partner: a page with a request ID. The reason is logged. */
    async showFault(ctx: unknown, out: Out): Promise<void> {
      const at = ctx as Context
      const fault = at.state.providerFault as (Error & { error_detail?: string }) | undefined
      needs.log.warn(
        {
          requestId: at.state.requestId,
          path: at.path,
          clientId: typeof at.query.client_id === 'string' ? at.query.client_id.slice(0, 64) : undefined,
          error: out.error,
          reason: fault?.error_detail ?? out.error_description,
        },
        'an authorization request was refused',
      )
      noteStep(at, null, explainAuthorize(at, out.error, fault?.error_detail ?? out.error_description))
      const status = needs.isUnavailable(fault) ? 503 : at.status
      await show(at, status, words(out.error, status))
    },
  }
}

const notPushed = {
  title: 'This request is over',
  sentence: 'It was answered already, or took too long. Begin again in the application that sent you here.',
}

const unreadable = {
  title: 'This request cannot be read',
  sentence: 'The application that sent you here sent characters that a request may not contain.',
}

function words(error: string, status: number): { title: string; sentence: string } {
  if (status === 503)
    return {
      title: 'The service is busy',
      sentence: 'It does not answer just now. No changes were made. Try again in a moment.',
    }
  if (status >= 500)
    return { title: 'Something broke on our side', sentence: 'No changes were made. Try again in a moment.' }
  switch (error) {
    case 'invalid_client':
      return {
        title: 'This application is not known here',
        sentence:
          'The application that sent you here is not registered, or has been disabled. If you added it in an editor or an assistant, remove and add this connection again in your application.',
      }
    case 'invalid_redirect_uri':
      return {
        title: 'This request is not safe to answer',
        sentence:
          'The application that sent you here asks that the answer go to an address that is not registered for it, so it was not sent.',
      }
    default:
      return {
        title: 'This request cannot be answered',
        sentence: 'It is incomplete, was answered already, took too long, or was begun in another browser.',
      }
  }
}

/** Removes `iss` for connections that are registered without it, since a widely used client library fails on it. */
function leaveOutIss(ctx: Context, connectionOf: (client: Client) => { leaveOutIss: boolean }): void {
  const { client } = (ctx as unknown as { oidc?: { client?: Client } }).oidc ?? {}
  const location = ctx.response.get('location')
  if (!client || !connectionOf(client).leaveOutIss || !URL.canParse(location)) return
  const url = new URL(location)
  url.searchParams.delete('iss')
  ctx.set('Location', url.href)
}
