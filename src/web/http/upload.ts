import type { IncomingMessage } from 'node:http'
import type { WebContext } from './state.ts'

/** A logo of 512 KiB with the fields around it. */
const maxBytes = 600 * 1024
const maxParts = 50

/**
 * Reads a multipart form whole: texts into `ctx.state.form`, files into `ctx.state.files` (without empty file fields).
 * @throws an error marked `unreadable`, with status 413 when it is too large.
 */
export async function readUpload(ctx: WebContext): Promise<void> {
  const body = await readBody(ctx.req)
  const parts = await new Response(body, { headers: { 'content-type': ctx.get('content-type') } })
    .formData()
    .catch(() => {
      throw unreadable('the multipart body is damaged', 400)
    })
  let count = 0
  for (const [name, value] of parts) {
    if (++count > maxParts) throw unreadable('the multipart body has too many parts', 413)
    if (typeof value === 'string') ctx.state.form.append(name, value)
    else if (value.size > 0) ctx.state.files.set(name, Buffer.from(await value.arrayBuffer()))
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = []
  let bytes = 0
  // Keep the connection open, so that the refusal can be sent.
  try {
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > maxBytes) break
      parts.push(part)
    }
  } catch {
    throw unreadable('the multipart body broke off', 400)
  }
  if (bytes > maxBytes) throw unreadable('the multipart body is too large', 413)
  return Buffer.concat(parts)
}

function unreadable(message: string, status: number): Error {
  return Object.assign(new Error(message), { unreadable: true, status })
}
