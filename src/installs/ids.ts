import { v7 } from 'uuid'

/**
 * A time-ordered UUID (RFC 9562, version 7). Each sorts behind those that this process made before it, so that rows written
 * together lie together in an index, and two events of one millisecond keep their order.
 */
export function uuidv7(): string {
  return v7()
}

const canonical = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const dashless = /^[0-9a-f]{32}$/i

/** A UUID with or without dashes, in its canonical lower-case form; null when the text is no UUID. */
export function readUuid(text: unknown): string | null {
  if (typeof text !== 'string') return null
  if (canonical.test(text)) return text.toLowerCase()
  if (!dashless.test(text)) return null
  const hex = text.toLowerCase()
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
