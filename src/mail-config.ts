/** The variables of e-mail. */

/** `url`: smtp:// or smtps://. `from`: an address, with or without a name. */
export type MailConfig = { url: string; from: string }

type Read = <T>(name: string, fallback: T, expected: string, parse: (text: string) => T | undefined) => T

/** @returns null without SMTP_URL: no mail is sent. */
export function readMailConfig(read: Read, issuer: string): MailConfig | null {
  const url = read<string | null>(
    'SMTP_URL',
    null,
    'the address of a mail server, such as smtps://user:password@mail.example.com',
    text => (URL.canParse(text) && /^smtps?:\/\/[^/?#]+/.test(text) ? text : undefined),
  )
  const from = read(
    'MAIL_FROM',
    `Latchkey <no-reply@${new URL(issuer).hostname}>`,
    'the sender of mails, such as Papertrail <connections@papertrail.example>',
    text => (/^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/.test(text) ? text : undefined),
  )
  return url === null ? null : { url, from }
}
