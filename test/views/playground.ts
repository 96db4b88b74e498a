import type { ManagedConnection } from '../../src/installs/managed-connection.ts'
import { blankSettings } from '../../src/installs/registration.ts'
import type { Sandbox } from '../../src/installs/sandbox.ts'
import { connectionLayout } from '../../src/web/developers/frame/head.ts'
import {
  authorizeMessage,
  authorizeUrl,
  callbackMessage,
} from '../../src/web/developers/playground/messages.ts'
import { playgroundPage, playgroundView } from '../../src/web/developers/playground/page.ts'
import { newTrial, type Trial } from '../../src/web/developers/playground/trials.ts'
import { fixture, hostile, longName, longWord, rightToLeft } from './fixture.ts'

const managed: ManagedConnection = {
  connection: {
    ...blankSettings,
    id: 'c1',
    kind: 'public',
    origin: 'registered',
    workspaceId: 'w1',
    createdBy: 'u1',
    name: longName,
    redirectUris: ['https://relay.test/callback'],
    capabilities: ['read_content'],
    hasLogo: false,
    resourceServer: false,
    firstParty: false,
    verified: false,
    disabled: false,
  },
  version: '1',
  disabledBy: null,
  actor: { userId: 'u1', role: 'owner', userDisabled: false },
}
const sandbox: Sandbox = {
  id: 'w9',
  name: 'Sandbox',
  createdAt: new Date('2026-03-01T12:00:00Z'),
  pages: 13,
  personas: [
    { id: 'p1', name: 'Olive Owner', role: 'owner' },
    { id: 'p2', name: rightToLeft, role: 'member' },
    { id: 'p3', name: longWord, role: 'guest' },
  ],
}
const begun: Trial = newTrial({ connectionId: 'c1', persona: null, outcome: null })
const address = authorizeUrl(begun, {
  issuer: 'https://connect.example',
  redirectUri: 'https://connect.example/developers/playground/callback',
})
const first = authorizeMessage(address)
const answer = {
  ...first,
  title: hostile,
  sentence: longName,
  sent: { label: 'Request', text: `curl '${longWord}' -u 'c1:lks_${'a'.repeat(36)}'` },
  parts: [],
}
const full: Trial = {
  ...begun,
  persona: sandbox.personas[1]!,
  outcome: 'no-pages',
  returned: true,
  tokens: { access: `lka_${'a'.repeat(36)}`, refresh: `lkr_${'a'.repeat(36)}` },
  messages: [
    first,
    callbackMessage(`https://connect.example/developers/playground/callback?error=${longWord}&state=x`),
    {
      ...answer,
      answer: { status: 200, headers: ['content-type: application/json'], text: longWord.repeat(4) },
    },
    { ...answer, answer: { status: 429, headers: ['retry-after: 7'], text: hostile } },
    { ...answer, answer: { status: 401, headers: [], text: '' } },
  ],
}
const facts = { managed, notice: null, sandbox: null, actingAs: null, trial: null }

export const fixtures = [
  fixture(playgroundView, connectionLayout(managed, 'Playground'), {
    empty: playgroundPage(facts),
    begun: playgroundPage({ ...facts, trial: { ...begun, messages: [first] } }),
    'not connected': playgroundPage({ ...facts, sandbox, trial: { ...full, tokens: null } }),
    crowded: playgroundPage({
      ...facts,
      sandbox,
      actingAs: 'p2',
      trial: full,
      notice: { kind: 'danger', sentence: hostile },
    }),
    revealed: playgroundPage({
      ...facts,
      sandbox,
      trial: { ...full, revealed: true, tokens: { ...full.tokens!, refresh: null } },
    }),
  }),
]
