import nodemailer from 'nodemailer'
import type { MailMessage } from './compose.ts'

/** @param url smtp:// (STARTTLS where the server offers it) or smtps://. `from`: the sender of every mail. */
export function smtpSender({ url, from }: { url: string; from: string }) {
  const transport = nodemailer.createTransport(
    { url, connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 },
    { from, disableFileAccess: true, disableUrlAccess: true },
  )
  return {
    async send(message: MailMessage): Promise<void> {
      await transport.sendMail(message)
    },
    close: () => transport.close(),
  }
}
