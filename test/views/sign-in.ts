import { codePage, codeView, outcomes, outcomeView } from '../../src/web/device/page.ts'
import { faultView, sendAgainView } from '../../src/web/frame/error-pages.ts'
import type { FlowLayout } from '../../src/web/frame/layout.ts'
import { refusals } from '../../src/web/frame/refusals.ts'
import { landingView, nowhereView } from '../../src/web/home/page.ts'
import { mailSwitchPage, mailSwitchView } from '../../src/web/mail/page.ts'
import { signInPage, signInView, signOutView } from '../../src/web/sign-in/page.ts'
import { fixture, hostile, longName, longWord } from './fixture.ts'

const flow: FlowLayout = { frame: 'flow', title: 'Sign in', switcher: null }
const connection = { id: 'c1', name: 'Relay Automations', logo: null, verified: true }
const requestId = '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e'

const alone = { host: null, passwords: true, prompt: null }

export const fixtures = [
  fixture(codeView, flow, {
    empty: codePage('', null),
    refused: codePage(hostile, 'This is no code that a device is waiting with.'),
  }),
  fixture(outcomeView, flow, outcomes),
  fixture(mailSwitchView, flow, {
    on: mailSwitchPage('token', 'installation-ended', false),
    off: mailSwitchPage('token', 'approval-requested', true),
  }),
  fixture(signInView, flow, {
    empty: signInPage({ returnTo: '/', flow: null, email: '', problem: null, ...alone }),
    usual: signInPage({
      returnTo: '/install/abc',
      flow: { connection, loginHint: null, mustSignIn: false, maxAge: null },
      email: '',
      problem: null,
      ...alone,
    }),
    refused: signInPage({
      returnTo: '/',
      flow: null,
      email: 'ada@acme.test',
      problem: 'That e-mail and password do not match an account.',
      ...alone,
    }),
    'at the host': signInPage({
      returnTo: '/install/abc',
      flow: { connection, loginHint: null, mustSignIn: true, maxAge: null },
      email: '',
      problem: null,
      ...{ host: 'papertrail.example', passwords: false, prompt: 'login' },
    }),
    crowded: signInPage({
      returnTo: `/install/abc?${encodeURIComponent(hostile)}`,
      flow: {
        connection: { ...connection, name: `${longName} ${hostile}`, verified: false },
        ...{ loginHint: null, mustSignIn: false, maxAge: null },
      },
      email: `${longWord}@${longWord}.test`,
      problem: 'There were too many attempts to sign in. Try again in 15 minutes.',
      ...{ host: `${longWord}.test`, passwords: true, prompt: null },
    }),
  }),
  fixture(signOutView, flow, {
    usual: { name: 'Ada Lovelace', email: 'ada@acme.test', back: '/' },
    crowded: { name: `${longName} ${hostile}`, email: `${longWord}@acme.test`, back: '/' },
  }),
  fixture(landingView, flow, { usual: { demo: false }, demo: { demo: true } }),
  fixture(nowhereView, flow, {
    usual: { name: 'Dora', email: 'dora@acme.test' },
    crowded: { name: `${longName} ${hostile}`, email: `${longWord}@acme.test` },
  }),
  fixture(sendAgainView, flow, {
    usual: { action: '/sign-out', fields: [] },
    crowded: {
      action: '/settings',
      fields: [
        ['name', hostile],
        [hostile, longName],
      ],
    },
  }),
  fixture(faultView, flow, {
    usual: { ...refusals['not-approved'], requestId, action: { label: 'Go to the start page', href: '/' } },
    crowded: {
      status: 400,
      title: `The address of ${longName} does not match`,
      sentence: hostile,
      next: longName,
      requestId,
      action: null,
    },
  }),
]
