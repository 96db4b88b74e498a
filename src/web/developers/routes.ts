/** The developer hub: everything below /developers. A folder that adds screens adds its router to the list. */
import Router from '@koa/router'
import type { applyManifest } from '../../installs/actions/apply-manifest.ts'
import type { Limits } from '../../installs/rate-limits.ts'
import type { Faults } from '../frame/error-pages.ts'
import type { Render } from '../frame/render.ts'
import { type OnePressNeeds, onePress } from '../http/double-submit.ts'
import { mustBeSignedIn } from '../http/require-sign-in.ts'
import { type ShownOnceNeeds, shownOnce } from '../http/shown-once.ts'
import type { WebState } from '../http/state.ts'
import { urls } from '../urls.ts'
import type { OverviewReadings } from './connection/readings.ts'
import { developersConnection } from './connection/routes.ts'
import type { CreateReadings } from './create/readings.ts'
import { type CreateScreenNeeds, developersCreate } from './create/routes.ts'
import { type DangerNeeds, developersDanger } from './danger/routes.ts'
import { developerGate, type GateNeeds } from './frame/gate.ts'
import { hourlyRateLimit } from './frame/hourly-rate-limit.ts'
import { developersIntegrate } from './integrate/routes.ts'
import type { ListReadings } from './list/readings.ts'
import { developersList } from './list/routes.ts'
import type { LogReadings } from './log/readings.ts'
import { developersLog } from './log/routes.ts'
import type { LogoReadings } from './logo/readings.ts'
import { developersLogo, type LogoScreenNeeds } from './logo/routes.ts'
import { serveLogos } from './logo/serve.ts'
import { reviews } from './manifest/review.ts'
import { developersManifest } from './manifest/routes.ts'
import type { PlaygroundNeeds } from './playground/entrance.ts'
import { developersPlayground } from './playground/routes.ts'
import type { Trials, TrialsNeeds } from './playground/trials.ts'
import { developersReference, type ReferenceCall, type ReferenceShape } from './reference/routes.ts'
import { developersSecrets, type SecretsNeeds } from './secrets/routes.ts'
import { developersSettings, type SettingsNeeds } from './settings/routes.ts'
import type { TokenReadings } from './token/readings.ts'
import { developersToken, type TokenNeeds } from './token/routes.ts'

/** The hub's own needs, beside those of every place. */
export type HubNeeds = {
  readings: ListReadings &
    CreateReadings &
    OverviewReadings &
    TokenReadings &
    LogoReadings &
    Pick<GateNeeds, 'readConnection'> & { log: LogReadings }
  actions: Pick<TokenNeeds, 'copyToken' | 'renewToken' | 'revokeToken'> &
    Pick<CreateScreenNeeds, 'create'> &
    Pick<SecretsNeeds, 'rotate' | 'revoke'> &
    Pick<SettingsNeeds, 'update'> &
    Pick<DangerNeeds, 'disable' | 'enable' | 'remove'> & {
      manifests: ReturnType<typeof applyManifest>
      setLogo: LogoScreenNeeds['set']
    }
  redrawLogo: LogoScreenNeeds['redraw']
  /** Of the partner API. */
  calls: readonly ReferenceCall[]
  /** What those calls answer with. */
  shapes: readonly ReferenceShape[]
  playground: PlaygroundNeeds['playground']
}

export type DevelopersNeeds = HubNeeds & {
  render: Render
  faults: Faults
  issuer: string
  secretKeys: readonly Buffer[]
  store: ShownOnceNeeds['store'] & TrialsNeeds['store'] & OnePressNeeds
  trials: Trials
  sessions: PlaygroundNeeds['sessions']
  limits: Limits
  now(): Date
}

export function developers(needs: DevelopersNeeds): Router<WebState> {
  const { render, faults, readings, actions, limits } = needs
  const gate = developerGate({ faults, readConnection: readings.readConnection })
  const once = shownOnce({ store: needs.store, secretKeys: needs.secretKeys })
  const review = reviews(render)
  const hourly = (name: string, points: number) => hourlyRateLimit(limits, faults, { name, points })
  const common = { render, faults, gate, once, now: needs.now, facts: readings.facts }
  const sections = [
    developersList({
      ...common,
      list: readings.list,
      targetWorkspaces: readings.targetWorkspaces,
      readSandbox: needs.playground.readSandbox,
    }),
    developersCreate({
      ...common,
      targetWorkspaces: readings.targetWorkspaces,
      create: actions.create,
      onePress: onePress(needs.store),
      rateLimit: hourly('connections-created', 60),
    }),
    developersConnection({ ...common, issuer: needs.issuer }),
    developersSecrets({ ...common, rotate: actions.rotate, revoke: actions.revoke }),
    developersSettings({ ...common, plan: actions.manifests.plan, update: actions.update, review }),
    developersManifest({ ...common, issuer: needs.issuer, manifests: actions.manifests, review }),
    developersLogo({
      ...common,
      redraw: needs.redrawLogo,
      set: actions.setLogo,
      rateLimit: hourly('logos-uploaded', 60),
    }),
    developersIntegrate({ ...common, issuer: needs.issuer, internalTokens: readings.internalTokens }),
    developersReference({ render, calls: needs.calls, shapes: needs.shapes }),
    developersToken({ ...common, ...actions, internalTokens: readings.internalTokens }),
    developersLog({ ...common, log: readings.log }),
    developersPlayground({
      ...common,
      ...{ issuer: needs.issuer, trials: needs.trials, sessions: needs.sessions, store: needs.store },
      readConnection: readings.readConnection,
      playground: needs.playground,
      rateLimit: hourly('playground', 600),
    }),
    developersDanger({ ...common, ...actions }),
  ]
  const router = new Router<WebState>()
  router.use(urls.developers, mustBeSignedIn)
  for (const section of sections) router.use(section.routes())
  // Logos are shown in the flow and in settings too, to whoever may see the connection.
  router.use(serveLogos({ faults, logo: readings.logo }).routes())
  return router
}
