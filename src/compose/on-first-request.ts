import type { Middleware } from 'koa'

/**
 * A middleware that is loaded with the first request at `path` or below: its libraries take memory and time at the start only
 * where they are used. A load that fails is tried again by the next request.
 */
export function onFirstRequest(path: string, load: () => Promise<Middleware>): Middleware {
  let loading: Promise<Middleware> | null = null
  const loaded = () => {
    loading ??= load().catch((error: unknown) => {
      loading = null
      throw error
    })
    return loading
  }
  return async (ctx, next) => {
    if (ctx.path !== path && !ctx.path.startsWith(`${path}/`)) return next()
    return (await loaded())(ctx, next)
  }
}
