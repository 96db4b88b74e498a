/** The history of a workspace's connections, for owners, with downloads. */
import type { Readable } from 'node:stream'
import Router from '@koa/router'
import type { HistoryRow } from '../../../installs/history.ts'
import type { Frame } from '../../frame/frame.ts'
import type { WorkspaceVisit } from '../../frame/workspace-gate.ts'
import { mustBeSignedIn } from '../../http/require-sign-in.ts'
import type { WebContext, WebState } from '../../http/state.ts'
import { toCsv, toNdjson } from './export.ts'
import { type HistoryQuestion, readHistoryQuestion } from './form.ts'
import { historyPage, historySize, historyView } from './page.ts'
import type { HistoryReadings } from './readings.ts'

export function history(
  needs: Frame & {
    readings: HistoryReadings
  },
): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/settings/:workspace/history' })
  const { gate, readings } = needs
  router.use(mustBeSignedIn)

  router.get('/', async ctx => {
    const visit = await gate.enterAsOwner(ctx)
    if (visit) await show(ctx, visit, readHistoryQuestion(ctx.query))
  })

  async function show(ctx: WebContext, visit: WorkspaceVisit, question: HistoryQuestion): Promise<void> {
    const { workspace } = visit
    const [rows, connections] = await Promise.all([
      readings.window({ ...question, workspaceId: workspace.id, limit: historySize + 1 }),
      readings.connections(workspace.id),
    ])
    if (question.problem) ctx.status = 400
    const model = historyPage({ workspace, question, rows, connections, now: needs.now() })
    needs.render.screen(
      ctx,
      historyView,
      model,
      gate.layout(visit, { title: 'History', navItem: 'history', crumbs: [] }),
    )
  }

  const download =
    (type: string, name: string, write: (rows: AsyncIterable<HistoryRow>) => Readable) =>
    async (ctx: WebContext) => {
      const visit = await gate.enterAsOwner(ctx)
      if (!visit) return
      const question = readHistoryQuestion(ctx.query)
      // A file could not show that a filter was left out.
      if (question.problem) return show(ctx, visit, question)
      const { filter } = question
      ctx.type = type
      ctx.set('Cache-Control', 'no-store')
      ctx.set('Content-Disposition', `attachment; filename="${name}"`)
      ctx.body = write(readings.stream({ workspaceId: visit.workspace.id, filter }))
    }
  router.get('/events.csv', download('text/csv; charset=utf-8', 'history.csv', toCsv))
  router.get('/events.ndjson', download('application/x-ndjson; charset=utf-8', 'history.ndjson', toNdjson))

  return router
}
