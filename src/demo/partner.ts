/**
 * A small partner application of our own, served only in the demo: it starts the flow with a button, shows every message
 * of the exchange, and lists the pages that its token reaches.
 */

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import Router from '@koa/router'
import ejs from 'ejs'
import type { Context, Middleware } from 'koa'
import compose from 'koa-compose'
import { masked } from '../installs/masking.ts'
import { root } from '../root.ts'
import { demoDevelopers } from './connections.ts'
import {
  type Addresses,
  type Attempt,
  authorizeUrl,
  basic,
  converse,
  isOver,
  type Message,
  newAttempt,
  type PartnerClient,
  type Tokens,
} from './exchange.ts'
import { type ReachedPage, reachedPages } from './reached-pages.ts'
import { sitePage } from './sites.ts'

type Visit = {
  attempt: Attempt | null
  tokens: Tokens | null
  messages: Message[]
  pages: ReachedPage[] | null
  /** The outcome of the last action, unless the rest of the page shows it. */
  notice: string | null
}

const visitSeconds = 24 * 60 * 60
const cookie = 'demo_partner'

export async function createDemoPartner(needs: {
  addresses: Addresses
  /** Null without a loaded demo. */
  client(): Promise<PartnerClient | null>
  visits: {
    read(key: string): Promise<string | null>
    write(key: string, value: string, seconds: number): Promise<void>
  }
}): Promise<Middleware> {
  const folder = path.join(root, 'views', 'demo')
  const [template, siteTemplate, stylesheet] = await Promise.all([
    readFile(path.join(folder, 'partner.ejs'), 'utf8'),
    readFile(path.join(folder, 'site.ejs'), 'utf8'),
    readFile(path.join(root, 'public', 'demo-partner.css'), 'utf8'),
  ])
  const render = ejs.compile(template, { strict: true, localsName: 'page' })
  const renderSite = ejs.compile(siteTemplate, { strict: true, localsName: 'page' })
  const router = new Router({ prefix: '/demo-partner' })

  async function visitOf(ctx: Context): Promise<{ key: string; visit: Visit }> {
    let id = ctx.cookies.get(cookie)
    if (!id || !/^[\w-]{32}$/.test(id)) {
      id = randomBytes(24).toString('base64url')
      ctx.cookies.set(cookie, id, { httpOnly: true, sameSite: 'lax', path: '/demo-partner' })
    }
    const key = `demo-partner:${id}`
    const kept = await needs.visits.read(key)
    return { key, visit: kept ? (JSON.parse(kept) as Visit) : empty() }
  }
  const keep = (key: string, visit: Visit) => needs.visits.write(key, JSON.stringify(visit), visitSeconds)
  const back = (ctx: Context) => {
    ctx.status = 303
    ctx.redirect('/demo-partner')
  }

  const show = (ctx: Context, html: string) => {
    ctx.set(
      'content-security-policy',
      "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
    ctx.set('cache-control', 'no-store')
    ctx.type = 'html'
    ctx.body = html
  }

  router.get('/', async ctx => show(ctx, render((await visitOf(ctx)).visit)))

  for (const address of ['/sites/:developer', '/sites/:developer/:place'])
    router.get(address, (ctx, next) => {
      const { developer, place } = ctx.params as { developer: string; place?: string }
      const site = sitePage(demoDevelopers, developer, place ?? '')
      return site ? show(ctx, renderSite(site)) : next()
    })

  router.get('/style.css', ctx => {
    ctx.type = 'css'
    ctx.body = stylesheet
  })

  router.post('/connect', async ctx => {
    const { key, visit } = await visitOf(ctx)
    const client = (await needs.client())!
    const attempt = newAttempt()
    const url = authorizeUrl(needs.addresses, client, attempt)
    const sent = url.replace('?', '\n  ?').replaceAll('&', '\n  &')
    const first: Message = {
      title: 'The user is sent to Latchkey',
      sent: `GET ${sent}`,
      answered: null,
      status: null,
    }
    // The connection before stays until the new one replaces it.
    await keep(key, { ...visit, attempt, messages: [first], notice: null })
    ctx.status = 303
    ctx.redirect(url)
  })

  router.get('/callback', async ctx => {
    const { key, visit } = await visitOf(ctx)
    visit.messages.push({
      title: 'The user comes back',
      sent: masked(`GET ${ctx.path}${ctx.search}`.replace('?', '\n  ?').replaceAll('&', '\n  &')),
      answered: null,
      status: null,
    })
    const client = await needs.client()
    const attempt = visit.attempt
    visit.attempt = null
    const { code, error, state } = ctx.query
    if (client && attempt && state === attempt.state) {
      if (typeof code === 'string') await redeem(visit, client, { code, verifier: attempt.verifier })
      else if (error === 'access_denied') await denied(visit)
    }
    await keep(key, visit)
    back(ctx)
  })

  async function redeem(
    visit: Visit,
    client: PartnerClient,
    grant: { code: string; verifier: string },
  ): Promise<void> {
    const { message, body } = await converse<Tokens>(needs.addresses, 'The partner redeems the code', {
      path: '/v1/oauth/token',
      authorization: basic(client),
      body: {
        grant_type: 'authorization_code',
        code: grant.code,
        redirect_uri: client.redirectUri,
        code_verifier: grant.verifier,
      },
    })
    visit.messages.push(message)
    if (body) {
      visit.tokens = body
      await listPages(visit, body)
    } else visit.notice = 'The code was not accepted. The last message below says why.'
  }

  async function denied(visit: Visit): Promise<void> {
    if (visit.tokens) await listPages(visit, visit.tokens)
    if (!visit.tokens) visit.notice = 'Access was not allowed. There is no connection.'
    else if (visit.pages)
      visit.notice = 'Access was not allowed this time. The earlier connection is unchanged.'
  }

  async function listPages(visit: Visit, tokens: Tokens): Promise<void> {
    const authorization = `Bearer ${tokens.access_token}`
    const me = await converse(needs.addresses, 'Who is this token?', {
      path: '/v1/users/me',
      method: 'GET',
      authorization,
    })
    const search = await converse<unknown>(needs.addresses, 'Which pages does it reach?', {
      path: '/v1/search',
      authorization,
      body: { page_size: 100 },
    })
    visit.messages.push(me.message, search.message)
    visit.pages = reachedPages(search.body)
  }

  router.post('/pages', async ctx => {
    const { key, visit } = await visitOf(ctx)
    visit.notice = null
    if (visit.tokens) await listPages(visit, visit.tokens)
    await keep(key, visit)
    back(ctx)
  })

  router.post('/refresh', async ctx => {
    const { key, visit } = await visitOf(ctx)
    const client = await needs.client()
    visit.notice = null
    if (client && visit.tokens?.refresh_token) {
      const { message, body } = await converse<Tokens>(needs.addresses, 'The partner refreshes its token', {
        path: '/v1/oauth/token',
        authorization: basic(client),
        body: { grant_type: 'refresh_token', refresh_token: visit.tokens.refresh_token },
      })
      visit.messages.push(message)
      if (body) {
        visit.tokens = body
        await listPages(visit, body)
      } else if (isOver(message)) Object.assign(visit, { tokens: null, pages: null })
      else
        visit.notice =
          'The token was not refreshed this time. The last message below says why; it can be tried again.'
    }
    await keep(key, visit)
    back(ctx)
  })

  router.post('/forget', async ctx => {
    const { key } = await visitOf(ctx)
    await keep(key, empty())
    back(ctx)
  })

  const place = compose([router.routes(), router.allowedMethods()]) as Middleware
  // Without a loaded demo there is no such page.
  return async (ctx, next) =>
    ctx.path.startsWith('/demo-partner') && (await needs.client()) !== null ? place(ctx, next) : next()
}

function empty(): Visit {
  return { attempt: null, tokens: null, messages: [], pages: null, notice: null }
}
