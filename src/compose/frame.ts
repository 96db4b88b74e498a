import { poolOf } from '../storage/postgres/pool.ts'
import { countWaitingFor, countWaitingRequests } from '../storage/postgres/queries/settings/waiting.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import { trials } from '../web/developers/playground/trials.ts'
import { faults } from '../web/frame/error-pages.ts'
import { createRender } from '../web/frame/render.ts'
import { workspaceGate } from '../web/frame/workspace-gate.ts'
import { readAssets } from '../web/http/assets.ts'
import { sessions } from '../web/http/session.ts'
import { now } from './action-parts.ts'
import type { Stores } from './stores.ts'

export type WebParts = ReturnType<typeof openWebParts>

/** The parts that screens share: frame, assets, sessions, and the trials of the playground. */
export function openWebParts(issuer: string, stores: Stores) {
  const pool = poolOf(stores.database)
  const users = userStore(pool)
  const assets = readAssets()
  const render = createRender({ assets })
  const shown = faults(render)
  const session = sessions({ store: stores.shortLived, users, secure: issuer.startsWith('https://'), now })
  return {
    assets,
    sessions: session,
    trials: trials({ store: stores.shortLived, secretKeys: stores.secretKeys, sessions: session }),
    frame: {
      render,
      faults: shown,
      gate: workspaceGate({
        faults: shown,
        workspacesOf: users.workspacesOf,
        waitingRequests: countWaitingRequests(pool),
        waitingFor: countWaitingFor(pool),
      }),
      now,
    },
  }
}
