/** Resource indicators (RFC 8707): the addresses of the APIs that a token may be for. */

/**
 * A resource in the one form in which it is stored and compared: scheme and host in lower case, without a default port, a query
 * or a single slash at the end, since clients differ in these. null: not an absolute address without a fragment.
 */
export function canonicalResource(text: string): string | null {
  const url = URL.parse(text)
  if (!url || !/^https?:$/.test(url.protocol) || text.includes('#') || url.username || url.password)
    return null
  return url.origin + url.pathname.replace(/([^/])\/$/, '$1').replace(/^\/$/, '')
}

/** Whether this audience is one of our own APIs. Without a named resource, a token is for them. */
export function isOurs(audience: string | null, issuer: string): boolean {
  return audience === null || audience === issuer || audience.startsWith(`${issuer}/`)
}

/**
 * Whether a token is meant for a resource server: for one of its resources where it has any, otherwise for our own APIs, on whose
 * behalf it then asks.
 */
export function isMeantFor(resources: readonly string[], audience: string | null, issuer: string): boolean {
  return resources.length === 0 ? isOurs(audience, issuer) : audience !== null && resources.includes(audience)
}
