/** Resource indicators (RFC 8707). */

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

export type Resources = {
  issuer: string
  /** Whether the MCP server is one of them. */
  mcp: boolean
}

/** The form of a resource that this server serves; null: it serves no such resource. */
export function servedResource(text: unknown, { issuer, mcp }: Resources): string | null {
  const asked = typeof text === 'string' ? canonicalResource(text) : null
  const served = [issuer, `${issuer}/v1`, ...(mcp ? [`${issuer}/mcp`] : [])]
  return served.find(one => one === asked) ?? null
}

/** Protected resource metadata (RFC 9728 §2). `path`: '' for the partner API, '/mcp' for the MCP server. */
export function resourceMetadata(issuer: string, path: '' | '/mcp'): Record<string, unknown> {
  return {
    resource: issuer + path,
    authorization_servers: [issuer],
    // The smallest useful scope, because clients ask for every scope listed here.
    scopes_supported: ['read_content'],
    bearer_methods_supported: ['header'],
    resource_name: path === '' ? 'Latchkey partner API' : 'Latchkey MCP server',
  }
}
