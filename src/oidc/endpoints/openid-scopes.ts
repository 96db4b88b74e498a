/** Scopes of OpenID Connect, which sign-in libraries add to every request. This server issues no ID tokens and ignores them. */
const openIdScopes = new Set(['openid', 'profile', 'email', 'offline_access'])

/** @returns the other words of a scope; undefined without any, which requests no particular scope. */
export function withoutOpenIdScopes(scope: string | undefined): string | undefined {
  const words = (scope ?? '').split(' ').filter(word => word !== '' && !openIdScopes.has(word))
  return words.length > 0 ? words.join(' ') : undefined
}
