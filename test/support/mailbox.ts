import { setTimeout as pause } from 'node:timers/promises'
import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'

export type Letter = Email & { recipients: string[] }

/** A mail server. `refuse` says why a recipient is not taken, if so. */
export async function openMailbox(refuse: (recipient: string) => { code: number } | null = () => null) {
  const letters: Letter[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo({ address }, _session, done) {
      const refusal = refuse(address)
      done(refusal && Object.assign(new Error('not taken'), { responseCode: refusal.code }))
    },
    async onData(stream, session, done) {
      const parts: Buffer[] = []
      for await (const part of stream) parts.push(part as Buffer)
      const email = await PostalMime.parse(Buffer.concat(parts))
      letters.push({ ...email, recipients: session.envelope.rcptTo.map(one => one.address) })
      done()
    },
  })
  server.on('error', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    letters,
    /** Until so many have come; these. */
    async until(count: number): Promise<Letter[]> {
      for (let tries = 0; letters.length < count && tries < 600; tries++) await pause(20)
      if (letters.length < count) throw new Error(`${letters.length} of ${count} mails came`)
      return letters
    },
    close: () => new Promise<void>(resolve => server.close(() => resolve())),
  }
}
