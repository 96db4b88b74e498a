import type { Placement } from '../../src/installs/policy.ts'
import type { Membership } from '../../src/installs/workspace.ts'
import { noPolicy } from '../../src/installs/workspace.ts'
import { confirmView } from '../../src/web/frame/confirm.ts'
import { placeLayout } from '../../src/web/frame/navigation.ts'
import { reportView, type SelectionQuestion, selectionView } from '../../src/web/frame/selection.ts'
import { galleryPage, galleryView } from '../../src/web/gallery/page.ts'
import type { GalleryConnection } from '../../src/web/gallery/readings.ts'
import { treeLists, workspaceHeadings } from '../../src/web/picker/picker.ts'
import type { PickerPage, PickerReading } from '../../src/web/picker/readings.ts'
import { sumOf } from '../../src/web/picker/sum.ts'
import { choicePage, choiceView } from '../../src/web/settings/choose-pages/page.ts'
import {
  disconnectEveryonePage,
  notices,
  resumeEveryonePage,
  revokePage,
  suspendEveryonePage,
  suspendOnePage,
} from '../../src/web/settings/connections/confirm-pages.ts'
import { connectionsPage, connectionsView } from '../../src/web/settings/connections/page.ts'
import { peoplePage, peopleView } from '../../src/web/settings/connections/people-page.ts'
import type {
  ConnectionReading,
  InstalledConnection,
  PersonWithAccess,
} from '../../src/web/settings/connections/readings.ts'
import { tokenPage, tokenView } from '../../src/web/settings/connections/token-page.ts'
import { levelsPage, levelsView } from '../../src/web/settings/my-connections/add-levels.ts'
import {
  disconnectPage,
  myConnectionsPage,
  myConnectionsView,
} from '../../src/web/settings/my-connections/page.ts'
import type { MyConnection } from '../../src/web/settings/my-connections/readings.ts'
import { fixture, hostile, longName, longWord, rightToLeft } from './fixture.ts'

const atFirst = { after: null, passed: [] }
const further = { after: '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e', passed: ['a'] }

const now = new Date('2026-03-12T10:00:00Z')
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000)
const workspace: Membership = { id: 'w1', name: 'Acme', icon: '🏔️', plan: 'enterprise', role: 'owner' }
const place = (name: 'connections' | 'my-connections' | 'gallery') =>
  placeLayout({ title: 'Acme', navItem: name, workspace, memberships: [workspace], waiting: 3, crumbs: [] })

const placement: Placement = {
  role: 'member',
  userDisabled: false,
  plan: 'enterprise',
  policy: noPolicy,
  connection: {
    id: 'c1',
    kind: 'public',
    origin: 'registered' as const,
    firstParty: false,
    disabled: false,
    capabilities: [],
    optionalCapabilities: [],
  },
  approved: true,
  requestApproved: false,
  operatorAgents: 'open',
  suspended: false,
}
const restricted: Placement = {
  ...placement,
  approved: false,
  policy: { ...noPolicy, restrictInstalls: 'approved-list' },
}
const relay = {
  id: 'c1',
  kind: 'public' as const,
  name: 'Relay Automations',
  logoHash: null,
  website: 'https://relay.test',
  supportEmail: 'help@relay.test',
  supportUrl: null,
  origin: 'registered' as const,
  firstParty: false,
  verified: true,
  disabled: false,
  approved: true,
}
const hostileConnection = {
  ...relay,
  name: `${longName} ${hostile}`,
  website: 'javascript:alert(1)',
  supportEmail: `${longWord}@relay.test`,
  supportUrl: 'https://relay.test/help',
  logoHash: 'abcdef0123456789',
  verified: false,
  disabled: true,
  approved: false,
}

const mine = (id: string, more: Partial<MyConnection> = {}): MyConnection => ({
  installationId: id,
  state: 'active',
  stateReason: null,
  capabilities: ['read_content', 'update_content', 'read_user_with_email'],
  addedAt: ago(2),
  lastUsedAt: now,
  accessEndsAt: ago(-2),
  reach: { granted: 3, reached: 128, beyond: false },
  connection: relay,
  placement,
  ...more,
})
const myFacts = {
  workspace,
  user: { id: 'u1' },
  rows: [mine('i1')],
  more: false,
  offers: [],
  ended: [],
  trail: atFirst,
  notice: null,
  now,
}

const listed = (more: Partial<InstalledConnection> = {}): InstalledConnection => ({
  ...relay,
  addedBy: { id: 'u1', name: 'Ada' },
  addedAt: ago(40),
  active: 3,
  suspended: 0,
  left: 0,
  disconnected: 0,
  sharedInstallationId: null,
  byMembers: 2,
  reach: { granted: 4, reached: 4, beyond: false },
  ...more,
})
const question: SelectionQuestion = {
  heading: 'Disconnect 2 connections for everyone?',
  lead: 'They lose access to Acme for all who connected them.',
  rows: [
    { id: 'c1', name: 'Relay', note: '2 people' },
    { id: 'c2', name: rightToLeft, note: '1 person' },
  ],
  effects: ['They stop working at once.'],
  undo: 'This cannot be undone.',
  text: null,
  submit: { action: '/selected', value: 'disconnect', label: 'Disconnect', danger: true },
  back: { label: 'Change nothing', href: '/' },
}
const listFacts = {
  workspace,
  rows: [listed(), listed({ id: 'c2', kind: 'internal', name: 'Acme Reporter', addedBy: null })],
  policy: noPolicy,
  more: false,
  filters: { state: 'in-use' as const, person: '', connection: '' },
  trail: atFirst,
  notice: null,
  now,
}
const against = { ...noPolicy, restrictInstalls: 'approved-list' as const }

const person = (id: string, more: Partial<PersonWithAccess> = {}): PersonWithAccess => ({
  installationId: id,
  person: { id: 'u1', name: 'Ben', email: 'ben@acme.test', role: 'member' },
  displayState: 'active',
  stateReason: null,
  capabilities: ['read_content', 'read_comments', 'insert_comments'],
  addedAt: ago(9),
  lastUsedAt: null,
  accessEndsAt: null,
  reach: { granted: 1, reached: 1_001, beyond: true },
  ...more,
})
const counts = { active: 1, suspended: 0, left: 0, disconnected: 0 }
const reading: ConnectionReading = {
  connection: { ...relay, description: 'Moves things.', developerName: 'Relay Inc.' },
  policy: noPolicy,
  counts,
  people: [person('i1')],
  more: false,
}
const peopleFacts = {
  workspace,
  reading,
  filters: { state: 'in-use' as const, person: '' },
  trail: atFirst,
  notice: null,
  now,
}
const crowdedReading: ConnectionReading = {
  connection: { ...hostileConnection, description: hostile, developerName: longName },
  policy: against,
  counts: { active: 200, suspended: 3, left: 1, disconnected: 12 },
  people: [
    person('i1', { person: { id: 'u1', name: longName, email: `${longWord}@acme.test`, role: 'guest' } }),
    person('i2', {
      displayState: 'suspended',
      person: { id: 'u2', name: rightToLeft, email: hostile, role: 'owner' },
    }),
    person('i3', { displayState: 'left', person: { id: 'u3', name: hostile, email: hostile, role: null } }),
    person('i4', { displayState: 'disconnected', stateReason: 'by-member' }),
    person('i5', { person: null, reach: { granted: 0, reached: 0, beyond: false } }),
  ],
  more: true,
}

const page = (id: string, title: string, path: string[], more: Partial<PickerPage> = {}): PickerPage => ({
  id,
  title,
  icon: null,
  type: 'page',
  path,
  above: [],
  below: 2,
  reachedNow: true,
  ...more,
})
const roadmap = page('p1', 'Roadmap', ['p1'], { icon: '🗺️' })
const picked: PickerReading = {
  shared: { pages: [roadmap, page('p2', hostile, ['p0', 'p2'], { above: [longName] })], more: true },
  private: { pages: [page('p3', longName, ['p3'])], more: false },
  alone: true,
  nodes: new Map(),
  children: new Map([['p1', { pages: [page('p4', 'Quarter', ['p1', 'p4'], { below: 0 })], more: false }]]),
  ticked: [roadmap],
  granted: [roadmap, page('p2', hostile, ['p0', 'p2'])],
}
const base = '/settings/w1/my-connections/i1/pages'
const limits = { row: 100, sum: 1_000 }
const choiceWords = {
  title: 'Pages',
  heading: 'Which pages may Relay Automations reach?',
  lead: 'Ticking a page includes everything below it.',
  notice: null,
  headings: workspaceHeadings('Acme'),
  searchable: true,
  crumbs: [],
  cancel: '/settings/w1/my-connections',
}
const choice = (more: object) => {
  const picks = {
    ticked: ['p1'],
    sharedAfter: null,
    privateAfter: null,
    open: [{ id: 'p1', after: null }],
    search: null,
  }
  return choicePage({
    words: choiceWords,
    base,
    workspaceId: 'w1',
    reading: picked,
    lists: treeLists({ base, headings: choiceWords.headings, reading: picked, picks, limits }),
    sum: sumOf(picked, limits),
    searched: '',
    unseen: 0,
    problem: null,
    ...more,
  })
}

const offered = (more: Partial<GalleryConnection> = {}): GalleryConnection => ({
  id: 'c1',
  name: 'Relay Automations',
  description: 'When a page changes, tell the team.',
  developerName: 'Relay Inc.',
  logoHash: null,
  website: 'https://relay.test',
  installUrl: 'https://relay.test/install',
  firstParty: false,
  verified: true,
  capabilities: ['read_content', 'insert_content', 'read_user_without_email'],
  here: { placement, installationId: null },
  ...more,
})
const galleryFacts = { workspace, connections: [offered()], more: false, words: '', trail: atFirst }

export const fixtures = [
  fixture(myConnectionsView, place('my-connections'), {
    empty: myConnectionsPage({ ...myFacts, rows: [], workspace: { ...workspace, role: 'guest' } }),
    usual: myConnectionsPage(myFacts),
    crowded: myConnectionsPage({
      ...myFacts,
      rows: [
        mine('i1', {
          connection: hostileConnection,
          state: 'suspended',
          stateReason: 'by-owner',
          placement: { ...restricted, connection: { ...restricted.connection, disabled: true } },
          reach: { granted: 1_000, reached: 5_000, beyond: true },
          lastUsedAt: null,
        }),
        mine('i2', { connection: { ...relay, name: rightToLeft }, state: 'suspended' }),
      ],
      more: true,
      offers: [
        { id: 'h1', offeredAt: ago(1), offeredBy: null, from: hostile, connection: hostileConnection },
        { id: 'h2', offeredAt: ago(2), offeredBy: longName, from: longWord, connection: relay },
      ],
      ended: (
        [
          'by-owner',
          'by-operator',
          'by-partner',
          'authorization-ended',
          'let-go',
          'not-approved',
          'connection-deleted',
        ] as const
      ).map((reason, at) => ({
        reason,
        at: ago(at * 3),
        connection: at === 0 ? hostileConnection : relay,
        placement: at === 0 ? restricted : placement,
      })),
      trail: further,
      notice: notices.disconnected!(1),
    }),
  }),
  fixture(connectionsView, place('connections'), {
    empty: connectionsPage({ ...listFacts, rows: [] }),
    'nothing fits': connectionsPage({
      ...listFacts,
      rows: [],
      filters: { state: 'left', person: hostile, connection: longWord },
    }),
    usual: connectionsPage(listFacts),
    crowded: connectionsPage({
      ...listFacts,
      rows: [
        listed({
          ...hostileConnection,
          active: 2_000,
          suspended: 3,
          left: 1,
          reach: { granted: 9_000, reached: 90_000, beyond: true },
        }),
        listed({ id: 'c3', name: rightToLeft, firstParty: true, active: 0, suspended: 2 }),
        listed({ id: 'c4', active: 0, disconnected: 3, addedBy: { id: 'u2', name: longName } }),
      ],
      policy: against,
      more: true,
      trail: further,
      notice: notices.disconnected!(2_000),
    }),
  }),
  fixture(peopleView, place('connections'), {
    empty: peoplePage({
      ...peopleFacts,
      reading: { ...reading, people: [], counts: { ...counts, active: 0, disconnected: 2 } },
    }),
    'nobody fits': peoplePage({
      ...peopleFacts,
      reading: { ...reading, people: [] },
      filters: { state: 'suspended', person: 'x' },
    }),
    usual: peoplePage(peopleFacts),
    internal: peoplePage({
      ...peopleFacts,
      reading: {
        ...reading,
        connection: { ...reading.connection, kind: 'internal', description: null, developerName: null },
        people: [person('i1', { person: null })],
      },
    }),
    crowded: peoplePage({ ...peopleFacts, reading: crowdedReading, trail: further }),
  }),
  fixture(tokenView, place('connections'), {
    asked: tokenPage({ workspaceId: 'w1', connection: relay, token: null, shownBefore: false }),
    again: tokenPage({ workspaceId: 'w1', connection: relay, token: null, shownBefore: true }),
    shown: tokenPage({
      workspaceId: 'w1',
      connection: { id: 'c1', name: hostile },
      token: `lki_${'x'.repeat(36)}`,
      shownBefore: true,
    }),
  }),
  fixture(selectionView, place('connections'), {
    usual: question,
    crowded: {
      ...question,
      heading: `${longName} ${hostile}`,
      rows: Array.from({ length: 100 }, (_, at) => ({
        id: `c${at}`,
        name: `${hostile} ${longWord}`,
        note: null,
      })),
      text: {
        ...{
          name: 'text',
          label: 'Your answer',
          hint: 'Every one of these members will read it.',
          value: hostile,
        },
        ...{ required: true, rows: 3, errors: ['Say in a sentence why you decline.'], code: false },
      },
    },
  }),
  fixture(reportView, place('connections'), {
    usual: {
      heading: '1 of 2 changed',
      lead: 'Each row was changed by itself.',
      rows: [
        { name: 'Relay', sentence: 'Done.', good: true },
        { name: `${hostile} ${longWord}`, sentence: 'It is no longer there.', good: false },
      ],
      back: { label: 'Back to Connections', href: '/' },
    },
  }),
  fixture(levelsView, place('my-connections'), {
    asked: levelsPage(
      workspace,
      { id: 'i1', connection: { name: hostile } },
      {
        allowed: ['read_content'],
        added: [],
        registered: ['read_content', 'insert_content', 'read_comments'],
      },
      ['insert_content'],
    ),
  }),
  fixture(confirmView, place('connections'), {
    disconnect: disconnectPage(workspace, { id: 'i1', connection: { name: hostile } }, false),
    'disconnect what is suspended': disconnectPage(
      workspace,
      { id: 'i1', connection: { name: hostile } },
      true,
    ),
    'disconnect everyone': disconnectEveryonePage(workspace, crowdedReading),
    'disconnect an internal one': disconnectEveryonePage(workspace, {
      connection: { ...reading.connection, kind: 'internal' },
      counts,
    }),
    suspend: suspendEveryonePage(workspace, reading),
    resume: resumeEveryonePage(workspace, crowdedReading),
    'suspend one': suspendOnePage(workspace, { id: 'i1', person: { name: longName }, connection: relay }),
    revoke: revokePage(workspace, { id: 'i1', person: { name: 'Ben' }, connection: relay }, 'Ben'),
  }),
  fixture(choiceView, place('my-connections'), {
    usual: choice({}),
    narrowing: choice({ words: { ...choiceWords, searchable: false }, unseen: 2 }),
    refused: choice({ problem: 'Tick at least one page.', unseen: 1 }),
    crowded: choice({
      words: {
        ...choiceWords,
        heading: hostile,
        lead: longName,
        notice: { kind: 'warning', sentence: hostile },
      },
    }),
  }),
  fixture(galleryView, place('gallery'), {
    empty: galleryPage({ ...galleryFacts, connections: [] }),
    'nothing fits': galleryPage({ ...galleryFacts, connections: [], words: hostile }),
    usual: galleryPage(galleryFacts),
    'in no workspace': galleryPage({
      ...galleryFacts,
      workspace: null,
      connections: [offered({ here: null })],
    }),
    crowded: galleryPage({
      ...galleryFacts,
      connections: [
        offered({
          name: `${longName} ${hostile}`,
          description: hostile,
          developerName: longName,
          verified: false,
        }),
        offered({ id: 'c2', here: { placement, installationId: 'i1' }, firstParty: true }),
        offered({ id: 'c3', here: { placement: restricted, installationId: null }, description: null }),
        offered({
          id: 'c4',
          here: { placement: { ...restricted, role: 'guest' }, installationId: null },
          installUrl: null,
        }),
        offered({ id: 'c5', installUrl: 'javascript:alert(1)', website: null, developerName: null }),
        offered({ id: 'c6', installUrl: null }),
      ],
      more: true,
      trail: further,
      words: 'relay',
    }),
  }),
]
