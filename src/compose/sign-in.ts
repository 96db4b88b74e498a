import type Router from '@koa/router'
import type { Config } from '../config.ts'
import { passwordMatches } from '../passwords.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { userStore } from '../storage/postgres/stores/users.ts'
import { home } from '../web/home/routes.ts'
import type { WebState } from '../web/http/state.ts'
import type { Install } from '../web/install/routes.ts'
import { knownDevices } from '../web/sign-in/known-device.ts'
import { signInRateLimit } from '../web/sign-in/rate-limit.ts'
import { signIn } from '../web/sign-in/routes.ts'
import type { BackgroundWriters } from './background.ts'
import type { WebParts } from './frame.ts'
import { hostSignIn } from './host-login.ts'
import type { Stores } from './stores.ts'

/**
 * The start page, and signing in and out.
 * @param flow tells the sign-in in front of a flow whom it is for.
 * @param demo whether there is a demo partner to try.
 */
export function signInScreens(
  config: Config,
  stores: Stores,
  { frame, sessions }: WebParts,
  flow: Install,
  { noteRefusedLogin }: BackgroundWriters,
  demo: () => Promise<boolean>,
): Router<WebState>[] {
  const users = userStore(poolOf(stores.database))
  return [
    home({ ...frame, workspacesOf: users.workspacesOf, demo }),
    signIn({
      ...frame,
      sessions,
      rateLimit: signInRateLimit(stores.limits),
      devices: knownDevices(stores.secretKeys, sessions.secure),
      users,
      passwordMatches,
      host: hostSignIn(config, stores),
      passwords: config.passwords,
      noteRefusal: noteRefusedLogin,
      describeFlow: flow.describe,
    }),
  ]
}
