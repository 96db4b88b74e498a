import { hash } from 'node:crypto'

/** The longest external id, in characters. */
export const maxExternalIdLength = 255

/**
 * The UUID (RFC 9562, version 8) that stores an id of the host product. It is always a hash of the external id, even of one
 * that looks like a UUID.
 * @param workspaceId of a page, whose external ids are unique within its workspace.
 */
export function keyOfExternalId(
  kind: 'user' | 'workspace' | 'page',
  externalId: string,
  workspaceId = '',
): string {
  const hex = hash('sha256', `latchkey ${kind} ${workspaceId}\n${externalId}`, 'hex')
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) & 3]
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
