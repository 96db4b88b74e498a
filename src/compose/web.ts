import type { Config } from '../config.ts'
import { readUserCode } from '../oidc/endpoints/device-requests.ts'
import type { InstallProvider } from '../oidc/library/provider.ts'
import { schemaIsCurrent } from '../storage/postgres/migrate.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { device } from '../web/device/routes.ts'
import { backChannelLogout } from '../web/sign-in/back-channel.ts'
import { logoutTokens } from '../web/sign-in/openid.ts'
import { createWeb, type Web } from '../web/web.ts'
import { approvalScreens } from './approvals.ts'
import type { BackgroundWriters } from './background.ts'
import { connectionScreens } from './connections.ts'
import { hasDemoPartner } from './demo.ts'
import { developerScreens } from './developers.ts'
import type { WebParts } from './frame.ts'
import { handOverScreens } from './hand-overs.ts'
import { installScreens } from './install.ts'
import { mailRoutes } from './mail.ts'
import { signInScreens } from './sign-in.ts'
import type { Stores } from './stores.ts'
import { workspaceScreens } from './workspace.ts'

/** Every screen, in the order of the flow, the settings, the pages and the developers. */
export function openWeb(
  config: Config,
  stores: Stores,
  parts: WebParts,
  provider: InstallProvider,
  background: BackgroundWriters,
): Web {
  const { frame } = parts
  const flow = installScreens(stores, frame, {
    interactions: provider.interactions,
    note: background.flowLog.note,
  })
  const mail = mailRoutes(stores, parts)
  return createWeb({
    issuer: config.issuer,
    secretKeys: stores.secretKeys,
    ...parts,
    routers: [
      ...signInScreens(config, stores, parts, flow, background, () => hasDemoPartner(config)),
      flow.router,
      mail.screen,
      device({ ...frame, limits: stores.limits, flows: provider.devices, readUserCode }),
      ...connectionScreens(stores, frame),
      ...approvalScreens(stores, frame, provider),
      ...handOverScreens(stores, frame),
      ...workspaceScreens(stores, frame),
      developerScreens(config, stores, parts),
    ],
    programs: [
      mail.oneClick,
      ...(config.hostLogin?.kind === 'openid'
        ? [
            backChannelLogout({
              ...{ read: logoutTokens(config.hostLogin), sessions: parts.sessions },
              noteRefusal: background.noteRefusedLogin,
            }),
          ]
        : []),
    ],
    health: {
      database: () => poolOf(stores.database).query('select 1'),
      redis: () => stores.shortLived.ping(),
      schema: () => schemaIsCurrent(stores.database),
    },
  })
}
