/** The parts that the playground's routes share, and the checks that each begins with. */

import type { makeSandbox } from '../../../installs/actions/make-sandbox.ts'
import type { removeSandbox } from '../../../installs/actions/remove-sandbox.ts'
import type { Sandbox } from '../../../installs/sandbox.ts'
import { seeOther } from '../../http/see-other.ts'
import type { Sessions } from '../../http/session.ts'
import type { Session, WebContext } from '../../http/state.ts'
import { urls } from '../../urls.ts'
import type { ConnectionVisit, DeveloperFrame, GateNeeds } from '../frame/gate.ts'
import type { HourlyRateLimit } from '../frame/hourly-rate-limit.ts'
import type { Run, RunNeeds } from './run.ts'
import type { Trial, Trials } from './trials.ts'

export type PlaygroundNeeds = DeveloperFrame & {
  readConnection: GateNeeds['readConnection']
  issuer: string
  trials: Trials
  sessions: Sessions
  store: RunNeeds['store']
  playground: {
    backChannel: RunNeeds['backChannel']
    /** Null for a developer without a sandbox. */
    readSandbox(developerId: string): Promise<Sandbox | null>
    makeSandbox: ReturnType<typeof makeSandbox>
    removeSandbox: ReturnType<typeof removeSandbox>
    /** Deletes the requests and approvals of the connection in the sandbox. */
    forgetApprovals(developerId: string, connectionId: string): Promise<void>
  }
  rateLimit: HourlyRateLimit
}

export type Parts = PlaygroundNeeds & { run: Run; redirectUri: string }

/** A developer in their playground. */
export type AtPlayground = ConnectionVisit & { session: Session }

/** Only public connections have a flow. null: answered already. */
export async function enter(needs: Parts, ctx: WebContext): Promise<AtPlayground | null> {
  const visit = await needs.gate.enter(ctx)
  if (!visit) return null
  if (visit.connection.kind !== 'public') {
    needs.faults.notFound(ctx)
    return null
  }
  return { ...visit, session: ctx.state.session! }
}

/** The same with the trial that is kept; without one, redirects to the start. */
export async function trialAt(
  needs: Parts,
  ctx: WebContext,
): Promise<{ visit: AtPlayground; trial: Trial } | null> {
  const visit = await enter(needs, ctx)
  if (!visit) return null
  const trial = await needs.trials.read(visit.session, visit.connection.id)
  if (trial) return { visit, trial }
  seeOther(ctx, urls.playground(visit.connection.id))
  return null
}
