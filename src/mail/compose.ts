/** One message as it is sent: in plain text and in HTML, with the way to switch its kind off (RFC 8058). */
import ejs from 'ejs'
import type { MailFact } from '../installs/mail.ts'
import { mailWords } from './message.ts'

export type MailMessage = {
  to: { name: string; address: string }
  subject: string
  text: string
  html: string
  headers: Record<string, string>
  /** The same for every attempt. */
  messageId: string
}

/** Absolute addresses: of the thing itself, of the screen that switches the kind off, and of the mail program's own button. */
export type MailLinks = { thing: string; switchOff: string; oneClick: string }

const html = ejs.compile(
  `<!doctype html><html lang="en"><meta charset="utf-8"><title><%= mail.subject %></title>
<body style="font: 16px/24px system-ui, sans-serif; max-width: 560px; margin: 24px">
<p>Hello <%= mail.name %>,</p>
<% for (const line of mail.lines) { %><p><%= line %></p>
<% } %><p><a href="<%= mail.thing %>"><%= mail.link %></a></p>
<p style="font-size: 14px">Latchkey (<%= mail.host %>) sent this mail because <%= mail.why %>.
<a href="<%= mail.switchOff %>">Turn off mails of this kind</a></p>
</body></html>
`,
  { strict: true, localsName: 'mail' },
)

/** @param host names the sender, in the mail and in its message id. */
export function composeMail(
  facts: readonly [MailFact, ...MailFact[]],
  links: MailLinks,
  host: string,
): MailMessage {
  const { id, userName, email } = facts[0]
  const words = mailWords(facts)
  const text = [
    `Hello ${userName},`,
    ...words.lines,
    `${words.link}: ${links.thing}`,
    `--\nLatchkey (${host}) sent this mail because ${words.why}.\nTurn off mails of this kind: ${links.switchOff}`,
  ].join('\n\n')
  return {
    to: { name: userName, address: email },
    subject: words.subject,
    text: `${text}\n`,
    html: html({ ...words, ...links, name: userName, host }),
    headers: {
      'List-Unsubscribe': `<${links.oneClick}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
    },
    messageId: `<${id}@${host}>`,
  }
}
