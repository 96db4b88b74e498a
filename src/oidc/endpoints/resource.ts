/** The resources that this server issues tokens for (RFC 8707), and the documents about its own ones. */
import { canonicalResource } from '../../installs/resource.ts'
import type { ResourceStore } from '../ports.ts'

export type Resources = {
  issuer: string
  /** Whether the MCP server is one of them. */
  mcp: boolean
  store: ResourceStore
}

/** The form of a resource that this server issues tokens for; null: it knows no such resource. */
export async function servedResource(
  text: unknown,
  { issuer, mcp, store }: Resources,
): Promise<string | null> {
  const asked = typeof text === 'string' ? canonicalResource(text) : null
  if (asked === null) return null
  const own = [issuer, `${issuer}/v1`, ...(mcp ? [`${issuer}/mcp`] : [])]
  return own.includes(asked) || (await store.hasResource(asked)) ? asked : null
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
