import Router from '@koa/router'
import type { FlowOutcome } from '../../../installs/flow-log.ts'
import { readUuid } from '../../../installs/ids.ts'
import type { WebState } from '../../http/state.ts'
import { readPassedCursors } from '../../kit/pagination.ts'
import type { DeveloperFrame } from '../frame/gate.ts'
import { param } from '../frame/gate.ts'
import { connectionLayout } from '../frame/head.ts'
import { attemptPage, attemptView } from './attempt-page.ts'
import { logPage, logView } from './page.ts'
import type { LogReadings } from './readings.ts'
import { outcomes } from './words.ts'

export function developersLog(
  needs: DeveloperFrame & {
    log: LogReadings
  },
): Router<WebState> {
  const router = new Router<WebState>({ prefix: '/developers/connections/:connection/log' })
  const { gate, log, render, faults } = needs

  router.get('/', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const { outcome, request, after } = ctx.query
    const asked = {
      outcome: (Object.keys(outcomes) as FlowOutcome[]).find(one => one === outcome) ?? null,
      requestId:
        typeof request === 'string' ? request.replaceAll('\0', '').trim().toLowerCase().slice(0, 100) : '',
    }
    const cursor = readCursor(after)
    const attempts = await log.attempts({
      connectionId: visit.connection.id,
      outcome: asked.outcome,
      requestId: asked.requestId || null,
      after: cursor,
    })
    const trail = readPassedCursors(ctx.query, cursor && String(after))
    const model = logPage(visit, { ...asked, trail }, attempts, needs.now())
    render.screen(ctx, logView, model, connectionLayout(visit, 'Log'))
  })

  router.get('/:attempt', async ctx => {
    const visit = await gate.enter(ctx)
    if (!visit) return
    const id = param(ctx, 'attempt')
    const found = id && (await log.attempt(visit.connection.id, id))
    if (!found) return faults.notFound(ctx)
    render.screen(
      ctx,
      attemptView,
      attemptPage(visit, found, needs.now()),
      connectionLayout(visit, 'Log', 'Attempt'),
    )
  })

  return router
}

function readCursor(text: string | string[] | undefined): { at: Date; id: string } | null {
  const [, ms, rest] = /^(\d{1,15})\.([\w-]+)$/.exec(typeof text === 'string' ? text : '') ?? []
  const id = readUuid(rest)
  const at = new Date(Number(ms))
  return id && !Number.isNaN(at.getTime()) ? { at, id } : null
}
