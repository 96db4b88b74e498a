/** The headers of a message, by Standard Webhooks 1.0 ("Webhook headers and signatures"). */
import { createHmac } from 'node:crypto'

/** @param secrets `whsec_…`, each of which signs. */
export function webhookHeaders(
  message: { id: string; body: string },
  secrets: readonly string[],
  now: Date,
): Record<string, string> {
  const timestamp = `${Math.floor(now.getTime() / 1000)}`
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signatures = secrets.map(secret => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
  })
  return {
    'content-type': 'application/json',
    'content-length': `${Buffer.byteLength(message.body)}`,
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}
