/** Parses request bodies of the OAuth endpoints: form (RFC 6749) or JSON (Notion-style clients). */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { invalidRequest } from './oauth-refusal.ts'

export type Fields = Readonly<Record<string, string>>

const limitBytes = 56 * 1024
/** Sent by Notion's SDK as an object; it is accepted and ignored. */
const ignored = new Set(['external_account'])

/**
 * Empty values are left out.
 * @throws OAuthRefusal `invalid_request` for anything but a form without duplicates or a JSON object of strings, up to 56 KiB.
 */
export async function readFields(req: IncomingMessage): Promise<Fields> {
  const text = await readText(req)
  const entries = text === '' ? [] : parse(typeOf(req), text)
  // A null prototype: a parameter name cannot be an inherited member.
  const fields: Record<string, string> = Object.create(null)
  for (const [name, value] of entries) {
    if (ignored.has(name)) continue
    if (typeof value !== 'string') throw invalidRequest(`The member ${quoted(name)} must be a string.`)
    if (name in fields) throw invalidRequest(`The parameter ${quoted(name)} must not be sent twice.`)
    if (name.includes('\0') || value.includes('\0'))
      throw invalidRequest('A parameter contains the character NUL.')
    // RFC 6749 §3.2: a parameter without a value is treated as omitted.
    if (value !== '') fields[name] = value
  }
  return fields
}

/** A JSON object (RFC 7591). @throws OAuthRefusal `invalid_request` for anything else, and over 56 KiB. */
export async function readJson(req: IncomingMessage): Promise<Record<string, unknown>> {
  return Object.fromEntries(parseJson(typeOf(req), await readText(req)))
}

const typeOf = (req: IncomingMessage) =>
  (req.headers['content-type'] ?? '').split(';')[0]!.trim().toLowerCase()

function parse(type: string, text: string): Iterable<[string, unknown]> {
  if (type === 'application/x-www-form-urlencoded') return new URLSearchParams(text)
  if (type !== 'application/json')
    throw invalidRequest('The content type must be application/x-www-form-urlencoded or application/json.')
  return parseJson(type, text)
}

function parseJson(type: string, text: string): [string, unknown][] {
  if (type !== 'application/json') throw invalidRequest('The content type must be application/json.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw invalidRequest('The body is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidRequest('The body must be a JSON object.')
  if (Object.hasOwn(value, '__proto__')) throw invalidRequest('The member "__proto__" is not accepted.')
  return Object.entries(value)
}

/** By events, since async iteration of the stream costs more than the rest of the parsing. */
function readText(req: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) chunks.push(chunk)
      else reject(invalidRequest(`The body is larger than ${limitBytes / 1024} KiB.`)) // the rest is discarded
    })
    req.on('end', () => {
      const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
      if (isUtf8(bytes)) resolve(bytes.toString())
      else reject(invalidRequest('The body is not valid UTF-8.'))
    })
    req.on('error', () => reject(invalidRequest('The body broke off.')))
  })
}

/** A parameter name from the request, bounded and quoted for a message. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}…` : name)
}
