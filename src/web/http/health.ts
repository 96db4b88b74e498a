import Router from '@koa/router'

/** Each rejects when its part is down; `schema` says whether every migration is applied. */
export type HealthParts = {
  database(): Promise<unknown>
  redis(): Promise<unknown>
  schema(): Promise<boolean>
}

/** For load balancers: alive (the process answers) and ready (it can serve requests). */
export function health(parts: HealthParts): Router {
  const router = new Router()
  router.get('/healthz', ctx => {
    ctx.set('Cache-Control', 'no-store')
    ctx.body = { status: 'alive' }
  })
  router.get('/readyz', async ctx => {
    const checks = await Promise.all(
      Object.entries(parts).map(async ([name, check]) => [name, await works(check)] as const),
    )
    const failing = checks.filter(([, works]) => !works).map(([name]) => name)
    ctx.set('Cache-Control', 'no-store')
    ctx.status = failing.length === 0 ? 200 : 503
    ctx.body = { status: failing.length === 0 ? 'ready' : 'not ready', failing }
  })
  return router
}

/** A part that does not answer within 2 s counts as down. */
async function works(check: () => Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), 2_000)
  })
  const answer = check().then(
    result => result !== false,
    () => false,
  )
  return Promise.race([answer, late]).finally(() => clearTimeout(timer))
}
