import type { Config } from '../config.ts'
import { type MailFact, type MailKind, mailKinds } from '../installs/mail.ts'
import { openSealed, seal } from '../installs/sealed.ts'
import { composeMail } from '../mail/compose.ts'
import { type Mailer, startMailing } from '../mail/deliver.ts'
import { smtpSender } from '../mail/smtp.ts'
import { readMailFacts } from '../storage/postgres/mail/facts.ts'
import { mailQueue } from '../storage/postgres/mail/queue.ts'
import { mailSwitches } from '../storage/postgres/mail/switches.ts'
import { poolOf } from '../storage/postgres/pool.ts'
import { type MailSwitch, mailOneClick, mailSwitchScreen } from '../web/mail/routes.ts'
import { urls } from '../web/urls.ts'
import type { WebParts } from './frame.ts'
import type { Stores } from './stores.ts'

const purpose = 'mail-switch'

/** The path of the thing that a mail is about. */
const things: Record<MailKind, (fact: MailFact) => string> = {
  'approval-requested': fact => urls.request(fact.workspaceId!, fact.requestId!),
  'approval-decided': fact => urls.myRequest.show(fact.workspaceId!, fact.requestId!),
  'hand-over-offered': fact => urls.handOver.show(fact.workspaceId!, fact.offerId!),
  'installation-ended': fact => urls.myConnections(fact.workspaceId!),
  'refresh-token-reused': fact => urls.developersPart(fact.connectionId, 'log'),
  'endpoint-switched-off': fact => urls.developersPart(fact.connectionId, 'webhooks'),
}

/** Sends mail from now on, beside the requests. @returns null without SMTP_URL. */
export function sendMail(
  { mail, issuer }: Config,
  { database, secretKeys }: Stores,
  report: (error: unknown) => void,
): Mailer | null {
  if (mail === null) return null
  const pool = poolOf(database)
  const smtp = smtpSender(mail)
  const mailer = startMailing({
    ...mailQueue(pool),
    facts: (ids, now) => readMailFacts(pool, ids, now),
    compose(facts) {
      const [first] = facts
      const token = seal(secretKeys, purpose, `${first.userId} ${first.kind}`)
      const thing = facts.length > 1 ? urls.requests(first.workspaceId!) : things[first.kind](first)
      const links = { thing, switchOff: urls.mailSwitch(token), oneClick: urls.mailOneClick(token) }
      const absolute = Object.fromEntries(Object.entries(links).map(([name, path]) => [name, issuer + path]))
      return composeMail(facts, absolute as typeof links, new URL(issuer).host)
    },
    send: smtp.send,
    report,
    now: () => new Date(),
  })
  return {
    async stop() {
      await mailer.stop()
      smtp.close()
    },
  }
}

/** The screen of a mail's link, and the route of a mail program's own button. */
export function mailRoutes({ database, secretKeys }: Stores, { frame }: Pick<WebParts, 'frame'>) {
  const switches = mailSwitches(poolOf(database))
  const needs = {
    read(token: string): MailSwitch | null {
      const [userId = '', name] = openSealed(secretKeys, purpose, token)?.split(' ') ?? []
      const kind = mailKinds.find(one => one === name)
      return kind ? { userId, kind } : null
    },
    isOff: switches.isOff,
    turn: (userId: string, kind: MailKind, to: 'on' | 'off') => switches.turn(userId, kind, to, frame.now()),
  }
  return { screen: mailSwitchScreen({ ...frame, ...needs }), oneClick: mailOneClick(needs) }
}
