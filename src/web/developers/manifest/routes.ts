import Router from '@koa/router'
import type { applyManifest, Manifest, Planned } from '../../../installs/actions/apply-manifest.ts'
import { manifestSchema, readManifest } from '../../../manifest/manifest.ts'
import type { Notice } from '../../frame/notice.ts'
import { withNotice } from '../../frame/notice.ts'
import { seeOther } from '../../http/see-other.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit, DeveloperFrame } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { manifestFault, manifestPage, manifestText, manifestView } from './page.ts'
import type { ShowReview } from './review.ts'

const another: Record<'id' | 'kind', string> = {
  id: 'id is of another connection. Take it out, or apply the manifest there.',
  kind: 'kind cannot be changed: a connection stays public or internal.',
}

/** The schema is public: it is served to everyone, signed in or not. */
export function schemaRoute(issuer: string): Router<WebState> {
  const router = new Router<WebState>()
  const text = `${JSON.stringify(manifestSchema(issuer + urls.manifestSchema), null, 2)}\n`
  router.get(urls.manifestSchema, ctx => {
    ctx.type = 'application/schema+json'
    ctx.set('Cache-Control', 'public, max-age=300')
    ctx.body = text
  })
  return router
}

export function developersManifest(
  needs: DeveloperFrame & {
    /** The public base address. */
    issuer: string
    manifests: ReturnType<typeof applyManifest>
    review: ShowReview
  },
): Router<WebState> {
  const router = new Router<WebState>()
  const { gate, faults, issuer } = needs
  const address = '/developers/connections/:connection/manifest'

  function show(
    ctx: WebContext,
    visit: ConnectionVisit,
    again?: { text: string; errors: string[]; notice: Notice | null },
  ): void {
    if (again && again.errors.length > 0) ctx.status = 400
    const page = manifestPage(visit, issuer, again)
    needs.render.screen(ctx, manifestView, page, connectionLayout(visit, 'Manifest'))
  }

  /** Answers every outcome of planning but a plan. */
  function refuse(
    ctx: WebContext,
    visit: ConnectionVisit,
    text: string,
    planned: Exclude<Planned, { kind: 'planned' }>,
  ): void {
    if (planned.kind === 'unknown') {
      faults.notFound(ctx)
      return
    }
    const errors = planned.kind === 'invalid' ? planned.faults.map(manifestFault) : [another[planned.member]]
    show(ctx, visit, { text, errors, notice: null })
  }

  /** The manifest that was sent; null: answered already. */
  function read(ctx: WebContext, visit: ConnectionVisit): { text: string; manifest: Manifest } | null {
    const text = (
      ctx.state.files.get('file')?.toString('utf8') ??
      ctx.state.form.get('manifest') ??
      ''
    ).trim()
    const result = readManifest(text)
    if (result.kind === 'read') return { text, manifest: result.manifest }
    const errors = text === '' ? ['Paste a manifest, or choose a file.'] : result.faults
    show(ctx, visit, { text: text.slice(0, 100_000), errors, notice: null })
    return null
  }

  router.get(address, async ctx => {
    const visit = await gate.enter(ctx)
    if (visit) show(ctx, visit)
  })

  router.get(`${address}.json`, async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    ctx.type = 'application/json'
    ctx.set('Cache-Control', 'no-store')
    // The file name that the command beside it reads.
    ctx.attachment('manifest.json')
    ctx.body = manifestText(visit, issuer)
  })

  // Shows the changes without saving them.
  router.post(address, async ctx => {
    const visit = await gate.enter(ctx)
    const sent = visit && read(ctx, visit)
    if (!sent) return
    const planned = await needs.manifests.plan(visit.context, sent.manifest)
    if (planned.kind !== 'planned') return refuse(ctx, visit, sent.text, planned)
    if (planned.changes.length > 0)
      return needs.review(ctx, visit, planned, { from: 'manifest', changedMeanwhile: false })
    const notice: Notice = {
      kind: 'info',
      sentence: 'The manifest matches the registered settings: there are no changes.',
    }
    show(ctx, visit, { text: sent.text, errors: [], notice })
  })

  // Saves exactly the changes that were shown; if the connection has changed meanwhile, they are shown anew.
  router.post(`${address}/apply`, async ctx => {
    const visit = await gate.enter(ctx)
    const sent = visit && read(ctx, visit)
    if (!sent) return
    const version = ctx.state.form.get('version') ?? ''
    if (!/^\d{1,20}$/.test(version)) return faults.badForm(ctx, 'malformed')
    const outcome = await needs.manifests.apply(visit.context, sent.manifest, version)
    const after = urls.developersConnection(visit.connection.id)
    if (outcome.kind === 'updated')
      return seeOther(ctx, withNotice(after, outcome.changes.length > 0 ? 'saved' : 'unchanged'))
    if (outcome.kind !== 'changed-meanwhile' && outcome.kind !== 'planned')
      return refuse(ctx, visit, sent.text, outcome)
    const planned = await needs.manifests.plan(visit.context, sent.manifest)
    if (planned.kind !== 'planned') return refuse(ctx, visit, sent.text, planned)
    if (planned.changes.length === 0) return seeOther(ctx, withNotice(after, 'unchanged'))
    needs.review(ctx, visit, planned, { from: 'manifest', changedMeanwhile: true })
  })
  return router
}
