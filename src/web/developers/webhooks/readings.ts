import type { WebhookEndpoint } from '../../../installs/webhook.ts'

export type WebhookDelivery = {
  id: string
  endpointId: string
  type: string
  state: 'waiting' | 'delivered' | 'failed'
  attempts: number
  /** Of the last answer; null: there was none. */
  status: number | null
  fault: string | null
  createdAt: Date
  doneAt: Date | null
  nextAt: Date
}

export type WebhookReadings = {
  ofConnection(connectionId: string): Promise<WebhookEndpoint[]>
  /** The latest fifty. */
  latest(connectionId: string): Promise<WebhookDelivery[]>
}
