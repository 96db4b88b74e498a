import type { ManagedConnection } from '../../src/installs/managed-connection.ts'
import { blankSettings, type ConnectionSettings, settingsOf } from '../../src/installs/registration.ts'
import { changesBetween, stopsBy } from '../../src/installs/settings-change.ts'
import { partnerTypes, type WebhookEndpoint } from '../../src/installs/webhook.ts'
import { overviewPage, overviewView } from '../../src/web/developers/connection/page.ts'
import type { ConnectionFacts } from '../../src/web/developers/connection/readings.ts'
import { createPage, createView, kindsPage, kindsView } from '../../src/web/developers/create/page.ts'
import type { TargetWorkspace } from '../../src/web/developers/create/readings.ts'
import { dangerPage, dangerView } from '../../src/web/developers/danger/page.ts'
import { connectionLayout, developersLayout } from '../../src/web/developers/frame/head.ts'
import { listPage, listView } from '../../src/web/developers/list/page.ts'
import type { ListedConnection } from '../../src/web/developers/list/readings.ts'
import { manifestPage, manifestView } from '../../src/web/developers/manifest/page.ts'
import { reviewPage, reviewView } from '../../src/web/developers/manifest/review.ts'
import { settingsPage, settingsView } from '../../src/web/developers/settings/page.ts'
import { nothingEntered, webhooksPage, webhooksView } from '../../src/web/developers/webhooks/page.ts'
import type { WebhookDelivery } from '../../src/web/developers/webhooks/readings.ts'
import { fixture, hostile, longName, longWord, rightToLeft } from './fixture.ts'

const now = new Date('2026-03-01T12:00:00Z')
const workspace = { id: 'w1', name: 'Acme' }
const ada = { id: 'u1', name: 'Ada' }

const listed: ListedConnection = {
  id: 'c1',
  kind: 'public',
  name: 'Relay Automations',
  logoHash: null,
  firstParty: false,
  verified: false,
  disabledBy: null,
  workspace,
  creator: ada,
  createdAt: new Date('2026-02-27T09:00:00Z'),
}
const elsewhere = { id: 'w2', name: longName }
const crowdedList: ListedConnection[] = [
  listed,
  { ...listed, id: 'c2', name: longWord, kind: 'internal', disabledBy: 'developer', creator: null },
  { ...listed, id: 'c3', name: rightToLeft, workspace: elsewhere, disabledBy: 'operator', verified: true },
  {
    ...listed,
    id: 'c4',
    name: hostile,
    workspace: elsewhere,
    logoHash: 'abc',
    firstParty: true,
    creator: { id: 'u2', name: longName },
  },
  { ...listed, id: 'c5', workspace: null },
]
const listFacts = {
  connections: [],
  more: false,
  trail: { after: null, passed: [] },
  sandbox: null,
  userId: 'u1',
  notice: null,
  now,
}
const list = developersLayout('Developers', [])

const endpointStates: WebhookEndpoint[] = [
  { failingSince: null, disabledAt: null, disabledBecause: null },
  { failingSince: new Date('2026-02-28T12:00:00Z'), disabledAt: null, disabledBecause: null },
  { failingSince: null, disabledAt: now, disabledBecause: 'gone' as const },
  { failingSince: now, disabledAt: now, disabledBecause: 'failing' as const },
].map((state, number) => ({
  ...{ id: `w${number}`, connectionId: 'c1', createdAt: now, ...state },
  url: number === 0 ? 'https://relay.test/webhooks' : `https://relay.test/${longWord}`,
  types: number === 0 ? [] : [...partnerTypes],
}))
const delivery = {
  ...{ id: 'd1', endpointId: 'w0', type: 'installation.activated', createdAt: now, doneAt: now, nextAt: now },
  ...{ fault: null, status: null },
}
const deliveryStates: WebhookDelivery[] = [
  { ...delivery, state: 'waiting', attempts: 0 },
  { ...delivery, state: 'waiting', attempts: 3, fault: 'It did not answer within 10 seconds' },
  { ...delivery, state: 'delivered', attempts: 1, status: 204 },
  { ...delivery, state: 'failed', attempts: 14, fault: hostile, endpointId: 'w1' },
]

const managed: ManagedConnection = {
  connection: {
    ...blankSettings,
    id: 'c1',
    kind: 'public',
    origin: 'registered',
    workspaceId: 'w1',
    createdBy: 'u1',
    name: 'Relay Automations',
    redirectUris: ['https://relay.test/callback'],
    capabilities: ['read_content', 'update_content'],
    hasLogo: false,
    resourceServer: false,
    firstParty: false,
    verified: false,
    disabled: false,
  },
  version: '731',
  disabledBy: null,
  actor: { userId: 'u1', role: 'owner', userDisabled: false },
}
const crowded: ManagedConnection = {
  ...managed,
  disabledBy: 'operator',
  connection: {
    ...managed.connection,
    name: `${longName} ${longWord}`,
    description: `${hostile}\n${longName}`,
    developerName: rightToLeft,
    website: `https://relay.test/${longWord}`,
    installUrl: 'https://relay.test/install',
    supportEmail: `${longWord}@relay.test`,
    supportUrl: 'https://relay.test/help',
    privacyUrl: 'https://relay.test/privacy',
    termsUrl: 'https://relay.test/terms',
    redirectUris: Array.from({ length: 6 }, (_, i) => `https://relay.test/callback/${longWord}/${i}`),
    capabilities: ['read_content', 'update_content', 'insert_content', 'read_user_with_email'],
    requirePkce: true,
    longLivedTokens: true,
    leaveOutIss: true,
    requireDpop: true,
    deviceFlow: true,
    requirePar: true,
    hasLogo: true,
    firstParty: true,
    verified: true,
    disabled: true,
  },
}
const internal: ManagedConnection = {
  ...managed,
  disabledBy: 'developer',
  connection: { ...managed.connection, kind: 'internal', redirectUris: [] },
}
const secret = {
  id: 's1',
  hint: 'a1B2',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  createdBy: 'Ada',
  lastUsedAt: null,
}
const about: ConnectionFacts = {
  workspace,
  creator: 'Ada',
  createdAt: new Date('2026-01-01T00:00:00Z'),
  updatedAt: now,
  logoHash: null,
  secrets: [secret],
  inForce: { installations: 1, workspaces: 1 },
}
const full: ConnectionFacts = {
  ...about,
  workspace: null,
  creator: null,
  secrets: [secret, { ...secret, id: 's2', createdBy: null, lastUsedAt: new Date('2026-03-01T11:59:00Z') }],
  inForce: { installations: 12_345, workspaces: 678 },
}
const frame = connectionLayout(crowded, 'Overview', 'Below')
const workspaces: TargetWorkspace[] = [
  {
    ...workspace,
    plan: 'enterprise',
    role: 'owner',
    policy: {
      restrictInstalls: 'none',
      autoApproveFirstParty: false,
      connectionCreation: 'everyone',
      agents: 'allowed',
      longestAccess: 'no-limit',
    },
  },
]
const faults = [
  { member: 'name', fault: 'must have 1 to 200 characters' },
  { member: 'description', fault: 'has control characters' },
  { member: 'website', fault: `is no web address: "${hostile}"` },
  { member: 'capabilities', fault: 'must name at least one' },
  { member: 'redirectUris', value: hostile, fault: 'is not an absolute address' },
  { member: 'redirectUris', value: `http://${longWord}.test`, fault: 'has http' },
] as const
const planned = (before: ManagedConnection, after: Partial<ConnectionSettings>) =>
  changesBetween(settingsOf(before.connection), { ...settingsOf(before.connection), ...after }).map(
    change => ({
      ...change,
      stops: stopsBy(change, { kind: 'public', liveSecrets: 2 }),
    }),
  )
const changes = planned(managed, { ...settingsOf(crowded.connection), clientType: 'public' })
const issuer = 'https://connect.example'

export const fixtures = [
  fixture(listView, list, {
    empty: listPage({ ...listFacts, cannot: null }),
    'nowhere to create': listPage({ ...listFacts, cannot: 'You are a guest.' }),
    'past the end': listPage({ ...listFacts, trail: { after: 'c1', passed: [] }, cannot: null }),
    usual: listPage({ ...listFacts, connections: [listed], cannot: null }),
    crowded: listPage({
      ...listFacts,
      connections: crowdedList,
      more: true,
      trail: { after: 'c1', passed: [] },
      cannot: 'Your workspaces let their owners alone create connections.',
      notice: { kind: 'good', sentence: 'The connection is deleted.' },
      sandbox: {
        id: 'w9',
        name: 'Sandbox',
        createdAt: now,
        pages: 12_345,
        personas: [
          { id: 'p1', name: longName, role: 'owner' },
          { id: 'p2', name: hostile, role: 'member' },
        ],
      },
    }),
  }),
  fixture(kindsView, list, { usual: kindsPage(null), refused: kindsPage('You are a guest.') }),
  fixture(createView, list, {
    public: createPage({
      form: 'f1',
      kind: 'public',
      workspaces,
      workspaceId: null,
      settings: blankSettings,
      faults: [],
    }),
    internal: createPage({
      form: 'f1',
      kind: 'internal',
      workspaces: [...workspaces, { ...workspaces[0]!, id: 'w2', name: hostile }],
      workspaceId: 'w2',
      settings: blankSettings,
      faults: [],
    }),
    refused: createPage({
      form: 'f1',
      kind: 'public',
      workspaces,
      workspaceId: 'w1',
      settings: settingsOf(crowded.connection),
      faults: [...faults],
    }),
  }),
  fixture(overviewView, frame, {
    usual: overviewPage({ managed, about, notice: null, shown: null, issuer, now }),
    'shown once': overviewPage({
      managed,
      about: { ...about, secrets: [] },
      notice: { kind: 'good', sentence: 'The connection is created.' },
      shown: { label: 'Client secret', value: 'lks_secret' },
      issuer,
      now,
    }),
    internal: overviewPage({
      managed: internal,
      about: { ...about, secrets: [], inForce: { installations: 0, workspaces: 0 } },
      notice: null,
      shown: { label: 'Internal token', value: 'lki_token' },
      issuer,
      now,
    }),
    crowded: overviewPage({ managed: crowded, about: full, notice: null, shown: null, issuer, now }),
  }),
  fixture(settingsView, frame, {
    usual: settingsPage(managed),
    internal: settingsPage(internal),
    'refused logo': settingsPage(crowded, null, `The file ${hostile}.`),
    refused: settingsPage(crowded, { settings: settingsOf(crowded.connection), faults: [...faults] }),
  }),
  fixture(reviewView, frame, {
    usual: reviewPage(
      managed.connection,
      { changes: changes.slice(0, 1), version: '1' },
      {
        from: 'settings',
        changedMeanwhile: false,
      },
    ),
    crowded: reviewPage(
      managed.connection,
      { changes, version: '1' },
      {
        from: 'manifest',
        changedMeanwhile: true,
      },
    ),
    cleared: reviewPage(
      crowded.connection,
      {
        changes: planned(crowded, settingsOf(managed.connection)),
        version: '1',
      },
      { from: 'manifest', changedMeanwhile: false },
    ),
  }),
  fixture(manifestView, frame, {
    usual: manifestPage(managed, issuer),
    refused: manifestPage(crowded, issuer, {
      text: hostile,
      errors: ['The manifest is no JSON.', hostile],
      notice: { kind: 'info', sentence: 'Nothing would change.' },
    }),
  }),
  fixture(webhooksView, frame, {
    empty: webhooksPage({
      ...{ visit: managed, endpoints: [], deliveries: [], notice: null, shown: null },
      ...{ entered: { url: 'http://example.com', types: [], problem: 'It must begin with https://.' }, now },
    }),
    crowded: webhooksPage({
      visit: managed,
      endpoints: endpointStates,
      deliveries: deliveryStates,
      notice: { kind: 'good', sentence: 'The endpoint is added. Its signing secret is shown below, once.' },
      ...{ shown: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', entered: nothingEntered, now },
    }),
  }),
  fixture(dangerView, frame, {
    usual: dangerPage(managed, { installations: 0, workspaces: 0 }),
    off: dangerPage(internal, { installations: 1, workspaces: 1 }),
    'off by the operator': dangerPage(crowded, { installations: 12_345, workspaces: 678 }),
  }),
]
