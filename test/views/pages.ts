import type { Membership } from '../../src/installs/workspace.ts'
import { placeLayout } from '../../src/web/frame/navigation.ts'
import { connectPage, connectView } from '../../src/web/pages/connect-page.ts'
import { inheritedPage, inheritedView } from '../../src/web/pages/disconnect-page.ts'
import { pagePage, pageView } from '../../src/web/pages/page-page.ts'
import type { FoundConnection, PageConnection, PageReading } from '../../src/web/pages/readings.ts'
import { treePage, treeView } from '../../src/web/pages/tree-page.ts'
import type { PickerPage, PickerReading } from '../../src/web/picker/readings.ts'
import { fixture, hostile, longName, longWord, rightToLeft } from './fixture.ts'

const atFirst = { after: null, passed: [] }
const further = { after: '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e', passed: ['a'] }

const workspace: Membership = { id: 'w1', name: 'Acme', icon: '🏔️', plan: 'enterprise', role: 'member' }
const layout = placeLayout({
  title: 'Pages',
  navItem: 'pages',
  workspace,
  memberships: [workspace],
  waiting: null,
  crumbs: [],
})

const page = (id: string, title: string, below = 0): PickerPage => ({
  id,
  title,
  icon: below > 0 ? '🗺️' : null,
  type: below > 5 ? 'database' : 'page',
  path: [id],
  above: [],
  below,
  reachedNow: false,
})
const nothing: PickerReading = {
  shared: { pages: [], more: false },
  private: { pages: [], more: false },
  alone: true,
  nodes: new Map(),
  children: new Map(),
  ticked: [],
  granted: [],
}
const closed = { open: [], sharedAfter: null, privateAfter: null }
const crowded: PickerReading = {
  ...nothing,
  shared: {
    pages: [
      page('p1', longName.repeat(4), 12_000),
      page('p2', longWord, 3),
      page('p3', rightToLeft),
      page('p4', ''),
    ],
    more: true,
  },
  private: { pages: [page('p5', hostile, 1)], more: true },
  alone: true,
  nodes: new Map([['p1', page('p1', longName, 12_000)]]),
  children: new Map([
    ['p1', { pages: [page('c1', longName.repeat(3), 2), page('c2', hostile)], more: true }],
  ]),
}
const facts = { workspace, rowLimit: 10_000 }

const relay: PageConnection = {
  installationId: 'i1',
  connection: { id: 'c1', name: 'Relay Automations', kind: 'public', logoHash: null },
  installer: { id: 'u1', name: 'Ben' },
  state: 'active',
  through: { id: 'p1', title: 'Roadmap' },
  grantedBy: { id: 'u1', name: 'Ben', present: true },
  grants: 2,
}
const reading: PageReading = {
  page: { id: 'p1', title: 'Roadmap', icon: '🗺️', type: 'page', private: false, alone: false },
  above: [],
  children: [],
  moreChildren: false,
  connections: [],
  moreConnections: false,
}
const crowdedReading: PageReading = {
  page: { id: 'p2', title: longName.repeat(3), icon: null, type: 'page', private: true, alone: true },
  above: [{ id: 'p1', title: longName }],
  children: [
    { id: 'p3', title: longWord.repeat(2), icon: null, type: 'page', below: 9 },
    { id: 'p4', title: hostile, icon: '🌙', type: 'page', below: 0 },
  ],
  moreChildren: true,
  moreConnections: true,
  connections: [
    { ...relay, connection: { ...relay.connection, name: longName }, through: { id: 'p1', title: longName } },
    { ...relay, installationId: 'i2', installer: { id: 'u2', name: hostile }, state: 'suspended' },
    {
      ...relay,
      installationId: 'i4',
      installer: null,
      grantedBy: { id: 'u3', name: hostile, present: false },
    },
    {
      ...relay,
      installationId: 'i3',
      installer: null,
      connection: { ...relay.connection, kind: 'internal' },
      grantedBy: { id: 'u2', name: longName, present: true },
    },
  ],
}
const shown = { workspace, userId: 'u1', notice: null, rowLimit: 10_000 }

const found: FoundConnection = {
  id: 'c1',
  name: 'Relay Automations',
  kind: 'public',
  logoHash: null,
  installUrl: null,
  installation: { id: 'i1', state: 'active' },
  through: null,
}
const here = { workspace, page: { id: 'p1', title: 'Roadmap' } }

export const fixtures = [
  fixture(treeView, layout, {
    empty: treePage({ ...facts, reading: nothing, windows: closed }),
    usual: treePage({
      ...facts,
      reading: {
        ...nothing,
        shared: { pages: [page('p1', 'Roadmap', 12), page('p2', 'Handbook')], more: false },
      },
      windows: closed,
    }),
    crowded: treePage({
      ...facts,
      reading: crowded,
      windows: { ...closed, open: [{ id: 'p1', after: null }] },
    }),
  }),
  fixture(pageView, layout, {
    empty: pagePage({ ...shown, reading, trail: atFirst }),
    usual: pagePage({ ...shown, reading: { ...reading, connections: [relay] }, trail: atFirst }),
    crowded: pagePage({
      ...shown,
      reading: crowdedReading,
      trail: further,
      notice: { kind: 'good', sentence: 'The connection no longer reaches this page.' },
    }),
    'to a guest': pagePage({ ...shown, workspace: { ...workspace, role: 'guest' }, reading, trail: atFirst }),
  }),
  fixture(connectView, layout, {
    empty: connectPage({ ...here, words: '', found: [], more: false }),
    'nothing found': connectPage({ ...here, words: hostile, found: [], more: false }),
    usual: connectPage({ ...here, words: '', found: [found], more: false }),
    crowded: connectPage({
      ...here,
      page: { id: 'p1', title: longName },
      words: 'r',
      found: [
        { ...found, name: longName },
        { ...found, name: longWord, installation: null },
        { ...found, name: rightToLeft, through: { id: 'p9', title: longName } },
        { ...found, name: hostile, installation: { id: 'i2', state: 'suspended' } },
      ],
      more: true,
    }),
  }),
  fixture(inheritedView, layout, {
    usual: inheritedPage(workspace, { id: 'p2', title: 'Launch' }, relay),
    crowded: inheritedPage(workspace, { id: 'p2', title: longName }, crowdedReading.connections[0]!),
  }),
]
