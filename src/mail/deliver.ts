/** Sends mails that are due, beside the requests. Any number of processes share the work. */
import { setTimeout as pause } from 'node:timers/promises'
import { type MailFact, mailWaitAfter } from '../installs/mail.ts'
import type { MailMessage } from './compose.ts'

export type MailParts = {
  /** Claims mails, one entry per message. */
  next(now: Date): Promise<{ ids: string[]; attempts: number }[]>
  /** Those that still concern their readers. */
  facts(ids: string[], now: Date): Promise<MailFact[]>
  compose(facts: readonly [MailFact, ...MailFact[]]): MailMessage
  /** @throws when the server does not take it. */
  send(message: MailMessage): Promise<void>
  settle(ids: string[], now: Date): Promise<void>
  failed(ids: string[], nextAt: Date | null): Promise<void>
  report(error: unknown): void
  now(): Date
}

const everyMs = 1_000
/** How long a stop waits for the mail under way. What is not taken by then is sent again by another process. */
const maxStopMs = 1_000

export type Mailer = { stop(): Promise<void> }

export function startMailing(parts: MailParts): Mailer {
  const stopping = new AbortController()
  const { signal } = stopping
  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        const claimed = await parts.next(parts.now())
        for (const one of claimed) if (!signal.aborted) await sendOne(parts, one)
        if (claimed.length > 0) continue
      } catch (error) {
        parts.report(error)
      }
      await pause(everyMs, undefined, { signal, ref: false }).catch(() => {})
    }
  }
  const running = run()
  return {
    async stop() {
      stopping.abort()
      await Promise.race([running, pause(maxStopMs, undefined, { ref: false })])
    },
  }
}

async function sendOne(parts: MailParts, { ids, attempts }: { ids: string[]; attempts: number }) {
  const [first, ...others] = await parts.facts(ids, parts.now())
  try {
    if (first) await parts.send(parts.compose([first, ...others]))
  } catch (error) {
    parts.report(error)
    const wait = mailWaitAfter(attempts)
    const nextAt = wait === null || isPermanent(error) ? null : new Date(parts.now().getTime() + wait)
    return parts.failed(ids, nextAt)
  }
  await parts.settle(ids, parts.now())
}

/** 5yz of the recipient (RFC 5321 §4.2.1): a further attempt would be refused as well. */
const isPermanent = (error: unknown) => {
  const { responseCode, code } = error as { responseCode?: number; code?: string }
  return code === 'EENVELOPE' && responseCode !== undefined && responseCode >= 500
}
