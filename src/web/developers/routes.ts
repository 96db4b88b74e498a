/** The developer hub: everything below /developers. */
import Router from '@koa/router'
import { mustBeSignedIn } from '../http/require-sign-in.ts'
import type { WebState } from '../http/state.ts'
import { urls } from '../urls.ts'

/** @param logos also serves logos to people outside of the hub, and checks by itself who may see one. */
export function developers(sections: Router<WebState>[], logos: Router<WebState>): Router<WebState> {
  const router = new Router<WebState>()
  router.use(urls.developers, mustBeSignedIn)
  for (const section of sections) router.use(section.routes())
  router.use(logos.routes())
  return router
}
