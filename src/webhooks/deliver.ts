/**
 * Delivers what waits, at least once and in order for each installation. Every endpoint is served by itself: one that does not
 * answer holds up no other. Any number of processes share the work.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { maxFailingMs, waitAfter } from '../installs/webhook.ts'
import { webhookHeaders } from './sign.ts'

/** Message `id` is the event's; `secrets` sign it. */
export type Message = {
  id: string
  messageId: string
  body: string
  attempts: number
  url: string
  secrets: string[]
}
export type Outcome = { status: number } | { fault: string }

export type DeliveryNeeds = {
  /** Numbers new events and makes their deliveries. @returns how many there were. */
  number(now: Date): Promise<number>
  due(now: Date): Promise<{ id: string; failing: boolean }[]>
  claim(endpointId: string, most: number, now: Date): Promise<Message[]>
  delivered(id: string, status: number, now: Date): Promise<void>
  failed(
    id: string,
    outcome: { status: number | null; fault: string },
    nextAt: Date | null,
    now: Date,
    failingSince: Date,
  ): Promise<void>
  send(url: URL, headers: Record<string, string>, body: string): Promise<Outcome>
  /** Once a minute. */
  upkeep(): Promise<void>
  report(error: unknown): void
  now(): Date
}

const everyMs = 500
const upkeepMs = 60_000
/** How long a stop waits for messages under way. What is not answered by then is sent again by another process. */
const maxStopMs = 1_000
/** Messages under way to one endpoint; to one that fails a single one. */
const atOnce = 8

export type Deliverer = { stop(): Promise<void> }

export function startDelivering(needs: DeliveryNeeds): Deliverer {
  const stopping = new AbortController()
  const { signal } = stopping
  const serving = new Map<string, Promise<void>>()

  function serve(endpoint: { id: string; failing: boolean }): void {
    if (serving.has(endpoint.id)) return
    const served = serveEndpoint(needs, endpoint, signal)
      .catch(needs.report)
      .finally(() => serving.delete(endpoint.id))
    serving.set(endpoint.id, served)
  }

  async function run(): Promise<void> {
    let upkeptAt = 0
    while (!signal.aborted) {
      try {
        while ((await needs.number(needs.now())) > 0 && !signal.aborted);
        for (const endpoint of await needs.due(needs.now())) serve(endpoint)
        if (performance.now() - upkeptAt > upkeepMs) {
          upkeptAt = performance.now()
          await needs.upkeep()
        }
      } catch (error) {
        needs.report(error)
      }
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await running
      await Promise.race([Promise.all(serving.values()), pause(maxStopMs, undefined, { ref: false })])
    },
  }
}

async function serveEndpoint(
  needs: DeliveryNeeds,
  { id, failing }: { id: string; failing: boolean },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const messages = await needs.claim(id, failing ? 1 : atOnce, needs.now())
    if (messages.length === 0) return
    const arrived = await Promise.all(messages.map(message => attempt(needs, message)))
    // An endpoint that fails is asked again with the next round.
    if (!arrived.every(Boolean)) return
  }
}

async function attempt(needs: DeliveryNeeds, message: Message): Promise<boolean> {
  const headers = webhookHeaders({ id: message.messageId, body: message.body }, message.secrets, needs.now())
  const outcome = await needs.send(new URL(message.url), headers, message.body)
  const now = needs.now()
  if ('status' in outcome && outcome.status >= 200 && outcome.status < 300) {
    await needs.delivered(message.id, outcome.status, now)
    return true
  }
  const wait = waitAfter(message.attempts)
  const failure =
    'status' in outcome
      ? { status: outcome.status, fault: `It answered ${outcome.status}` }
      : { status: null, fault: outcome.fault }
  const nextAt = wait === null ? null : new Date(now.getTime() + wait)
  await needs.failed(message.id, failure, nextAt, now, new Date(now.getTime() - maxFailingMs))
  return false
}
