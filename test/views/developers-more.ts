import { calls, shapes } from '../../src/api/reference/shapes.ts'
import type { FlowFailure } from '../../src/installs/flow-log.ts'
import { blankSettings } from '../../src/installs/registration.ts'
import type { ConnectionVisit } from '../../src/web/developers/frame/gate.ts'
import { connectionLayout, developersLayout } from '../../src/web/developers/frame/head.ts'
import { integrateInternalPage, integrateInternalView } from '../../src/web/developers/integrate/internal.ts'
import { integratePage, integrateView } from '../../src/web/developers/integrate/routes.ts'
import { attemptPage, attemptView } from '../../src/web/developers/log/attempt-page.ts'
import { logPage, logView } from '../../src/web/developers/log/page.ts'
import type { LoggedAttempt, LoggedStep } from '../../src/web/developers/log/readings.ts'
import { referencePage, referenceView } from '../../src/web/developers/reference/routes.ts'
import { tokenPage, tokenView } from '../../src/web/developers/token/page.ts'
import { fixture, hostile, longName, longWord } from './fixture.ts'

const now = new Date('2026-03-01T12:00:00Z')
const visit: ConnectionVisit = {
  connection: {
    ...blankSettings,
    id: 'c1',
    kind: 'public',
    workspaceId: 'w1',
    createdBy: 'u1',
    name: 'Relay Automations',
    redirectUris: ['https://relay.test/callback'],
    capabilities: ['read_content'],
    hasLogo: false,
    firstParty: false,
    verified: false,
    resourceServer: false,
    disabled: false,
    developerName: null,
  } as ConnectionVisit['connection'],
  version: '1',
  disabledBy: null,
  actor: { userId: 'u1', role: 'member', userDisabled: false },
  user: { id: 'u1', name: 'Ada', email: 'ada@acme.test', avatarUrl: null },
  context: { connectionId: 'c1', userId: 'u1', address: null, requestId: null },
}
const crowdedPlace: ConnectionVisit = { ...visit, connection: { ...visit.connection, name: longName } }
const internal: ConnectionVisit = { ...visit, connection: { ...visit.connection, kind: 'internal' } }
const layout = connectionLayout(visit, 'Log')

const attempt: LoggedAttempt = {
  id: '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e',
  startedAt: new Date('2026-03-01T11:58:00Z'),
  lastAt: now,
  outcome: 'connected',
  failureCode: null,
  lastKind: 'code-redeemed',
  workspace: 'Acme',
}
const failure: FlowFailure = {
  code: 'invalid_redirect_uri',
  sentence: 'The redirect URI is not one that is registered.',
  sent: 'https://relay.test/callback/',
  expected: ['https://relay.test/callback', `https://relay.test/${longWord}`],
  advice: 'Register exactly the address that is sent.',
}
const step: LoggedStep = {
  id: 's1',
  at: now,
  kind: 'authorize',
  requestId: longWord,
  failure: null,
  scope: 'read_content update_content',
}
const asked = { outcome: null, requestId: '', trail: { after: null, passed: [] } }

export const fixtures = [
  fixture(logView, layout, {
    empty: logPage(visit, asked, [], now),
    'nothing found': logPage(visit, { ...asked, requestId: hostile }, [], now),
    usual: logPage(
      visit,
      asked,
      [attempt, { ...attempt, outcome: 'failed', failureCode: 'invalid_grant' }],
      now,
    ),
    crowded: logPage(
      crowdedPlace,
      { outcome: 'failed', requestId: longWord, trail: { after: 'c1', passed: ['c0'] } },
      Array.from({ length: 51 }, () => ({
        ...attempt,
        workspace: hostile + longName,
        failureCode: longWord,
      })),
      now,
    ),
  }),
  fixture(attemptView, layout, {
    usual: attemptPage(visit, { attempt, steps: [step, { ...step, kind: 'code-redeemed' }] }, now),
    failed: attemptPage(
      visit,
      { attempt: { ...attempt, workspace: null }, steps: [{ ...step, failure }] },
      now,
    ),
    crowded: attemptPage(
      crowdedPlace,
      {
        attempt,
        steps: [
          {
            ...step,
            failure: { ...failure, sentence: hostile, sent: hostile, expected: [longWord.repeat(3)] },
          },
          { ...step, failure: { ...failure, sent: null, expected: [] } },
        ],
      },
      now,
    ),
  }),
  fixture(tokenView, connectionLayout(internal, 'Token'), {
    empty: tokenPage({
      visit: internal,
      reading: { installationId: 'i1', state: 'revoked', pages: 0, tokens: [] },
      notice: null,
      shown: null,
      now,
    }),
    usual: tokenPage({
      visit: internal,
      reading: {
        installationId: 'i1',
        state: 'active',
        pages: 2,
        tokens: [{ id: 't1', createdAt: now, createdBy: 'Ada', lastUsedAt: null, expiresAt: null }],
      },
      notice: null,
      shown: 'lki_example',
      now,
    }),
    crowded: tokenPage({
      visit: internal,
      reading: {
        installationId: 'i1',
        state: 'suspended',
        pages: 1,
        tokens: Array.from({ length: 9 }, () => ({
          id: 't1',
          createdAt: now,
          createdBy: longName + hostile,
          lastUsedAt: now,
          expiresAt: now,
        })),
      },
      notice: { kind: 'good', sentence: 'There is a new token. It is shown below, once.' },
      shown: longWord.repeat(2),
      now,
    }),
  }),
  fixture(integrateInternalView, connectionLayout(internal, 'How to integrate'), {
    usual: integrateInternalPage(
      internal,
      { installationId: 'i1', state: 'active', pages: 0, tokens: [] },
      'http://localhost:3000',
    ),
    'without a workspace': integrateInternalPage(
      { ...internal, connection: { ...internal.connection, workspaceId: null } },
      { installationId: null, state: null, pages: 0, tokens: [] },
      `https://${longWord}.example`,
    ),
  }),
  fixture(integrateView, connectionLayout(visit, 'How to integrate'), {
    usual: integratePage(visit, 'https://connect.example.com'),
    'without a redirect URI': integratePage(
      { ...crowdedPlace, connection: { ...crowdedPlace.connection, redirectUris: [], clientType: 'public' } },
      'http://localhost:3000',
    ),
    crowded: integratePage(
      {
        ...visit,
        connection: { ...visit.connection, redirectUris: [`https://relay.test/${longWord.repeat(3)}`, 'x'] },
      },
      'https://connect.example.com',
    ),
  }),
  fixture(referenceView, developersLayout('API reference', []), {
    usual: referencePage(calls('full'), shapes()),
    'without the partner API': referencePage(calls('off'), shapes()),
  }),
]
