/** The settings of a workspace: one gate in front, a folder a screen. */
import type Router from '@koa/router'
import type { Faults } from '../frame/error-pages.ts'
import type { Render } from '../frame/render.ts'
import { type GateNeeds, workspaceGate } from '../frame/workspace-gate.ts'
import type { WebState } from '../http/state.ts'
import { type GovernNeeds, govern } from './govern.ts'
import type { HistoryReadings } from './history/readings.ts'
import { history } from './history/routes.ts'
import { type RuleNeeds, rule } from './rule.ts'

export type SettingsNeeds = Pick<GateNeeds, 'workspacesOf' | 'waitingRequests' | 'waitingFor'> & {
  govern: GovernNeeds
  rule: RuleNeeds
  history: HistoryReadings
}

export type Around = { render: Render; faults: Faults; now(): Date }

export function settings(needs: SettingsNeeds & Around): Router<WebState>[] {
  const gate = workspaceGate(needs)
  const around = { render: needs.render, faults: needs.faults, now: needs.now, gate }
  return [
    ...govern(needs.govern, around),
    ...rule(needs.rule, around),
    history({ ...around, readings: needs.history }),
  ]
}
