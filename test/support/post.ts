/** Requests of a partner's server. */

export type Answer = { status: number; headers: Headers; json: Record<string, unknown> & { error?: string } }

/** Posts a form (an object) or anything else as it is. */
export async function post(
  url: string,
  body: Record<string, string> | { raw: string; type: string },
  headers: Record<string, string> = {},
): Promise<Answer> {
  const raw = 'raw' in body && 'type' in body ? (body as { raw: string; type: string }) : null
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': raw?.type ?? 'application/x-www-form-urlencoded', ...headers },
    body: raw ? raw.raw : new URLSearchParams(body as Record<string, string>).toString(),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: text === '' ? {} : JSON.parse(text) }
}

export const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})
