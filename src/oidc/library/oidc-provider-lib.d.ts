/** Inner modules of the library that `grants.ts` uses and that have no published types. */
declare module 'oidc-provider/lib/helpers/als.js' {
  import type { AsyncLocalStorage } from 'node:async_hooks'

  const als: AsyncLocalStorage<unknown>
  export default als
}
declare module 'oidc-provider/lib/helpers/grants.js' {
  type Helper = (provider: unknown, ...rest: unknown[]) => unknown
  const helpers: Record<string, Helper>
  export = helpers
}
declare module 'oidc-provider/lib/actions/grants/authorization_code.js' {
  export const handler: (provider: unknown, helpers: unknown, ctx: unknown) => Promise<void>
}
declare module 'oidc-provider/lib/actions/grants/refresh_token.js' {
  export const handler: (provider: unknown, helpers: unknown, ctx: unknown) => Promise<void>
}
