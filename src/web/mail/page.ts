import type { MailKind } from '../../installs/mail.ts'
import { view } from '../frame/render.ts'
import { urls } from '../urls.ts'

export type MailSwitchPage = {
  heading: string
  sentence: string
  action: string
  press: { label: string; value: 'on' | 'off' }
}
export const mailSwitchView = view<MailSwitchPage>('mail/switch')

const subjects: Record<MailKind, string> = {
  'approval-requested': 'requests that wait for an owner',
  'approval-decided': 'decisions on your requests',
  'hand-over-offered': 'connections that you are asked to take over',
  'installation-ended': 'your connections that somebody else disconnects or suspends',
  'refresh-token-reused': 'refresh tokens of your connections that are used twice',
  'endpoint-switched-off': 'webhook endpoints that are switched off',
}

/** @param token of the mail: it says whose mails of which kind. */
export function mailSwitchPage(token: string, kind: MailKind, isOff: boolean): MailSwitchPage {
  const about = `mails about ${subjects[kind]}`
  return {
    heading: isOff ? 'These mails are off' : 'Turn these mails off?',
    sentence: isOff
      ? `You get no more ${about}. Everything is still on the screens.`
      : `You would get no more ${about}. Mails of other kinds would still come.`,
    action: urls.mailSwitch(token),
    press: isOff ? { label: 'Turn on again', value: 'on' } : { label: 'Turn off', value: 'off' },
  }
}
