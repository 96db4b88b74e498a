import type { Config } from '../config.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import {
  createExternalUser,
  findExternalUser,
  updateFromHost,
} from '../storage/postgres/stores/external-users.ts'
import { browserMark } from '../web/sign-in/browser-mark.ts'
import { handedLogins } from '../web/sign-in/handed-logins.ts'
import { handedOver } from '../web/sign-in/handed-over.ts'
import type { HostSignIn } from '../web/sign-in/host-routes.ts'
import { openIdSignIn } from '../web/sign-in/openid.ts'
import { now } from './action-parts.ts'
import type { Stores } from './stores.ts'

/** Logins that are handed over to the host: their state is in the stores, so the screens and the API each open them. */
export function openHandedLogins({ issuer }: Config, stores: Stores) {
  const pool = poolOf(stores.database)
  return handedLogins({
    issuer,
    store: stores.shortLived,
    browser: browserMark(issuer.startsWith('https://')),
    findExternalUser: findExternalUser(pool),
    updateFromHost: updateFromHost(pool),
    now,
  })
}

/** null: people sign in with a password here. */
export function hostSignIn(config: Config, stores: Stores): HostSignIn | null {
  const { hostLogin, issuer } = config
  if (hostLogin === null) return null
  if (hostLogin.kind === 'openid')
    return openIdSignIn({
      ...{ issuer, login: hostLogin, store: stores.shortLived },
      browser: browserMark(issuer.startsWith('https://')),
      findExternalUser: findExternalUser(poolOf(stores.database)),
      createExternalUser: createExternalUser(poolOf(stores.database)),
    })
  return handedOver(openHandedLogins(config, stores), hostLogin.url, issuer)
}
