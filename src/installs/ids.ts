import { randomBytes } from 'node:crypto'

/** A time-ordered UUID (RFC 9562, version 7): rows written together stand together in the index. */
export function uuidv7(now: Date = new Date()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now.getTime(), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
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
