import type { HistoryRow } from '../../src/installs/history.ts'
import type { Membership } from '../../src/installs/workspace.ts'
import { placeLayout } from '../../src/web/frame/navigation.ts'
import { readHistoryQuestion } from '../../src/web/settings/history/form.ts'
import { historyPage, historyView } from '../../src/web/settings/history/page.ts'
import { eventKinds } from '../../src/web/settings/history/words.ts'
import { fixture, hostile, longName, rightToLeft } from './fixture.ts'

const workspace: Membership = { id: 'w1', name: 'Acme', icon: '🏔️', plan: 'enterprise', role: 'owner' }
const layout = placeLayout({
  title: 'History',
  navItem: 'history',
  workspace,
  memberships: [workspace],
  waiting: 3,
  crumbs: [],
})
const now = new Date('2026-03-01T12:00:00Z')
const row: HistoryRow = {
  id: '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e',
  at: new Date('2026-03-01T11:30:00Z'),
  kind: 'installation.activated',
  actor: { id: 'u1', name: 'Ben', email: 'ben@acme.test' },
  connection: { id: 'c1', name: 'Relay Automations' },
  installer: { id: 'u1', name: 'Ben' },
  handOver: { from: 'Ben', to: hostile },
  address: '192.0.2.7',
  requestId: null,
  data: { pages: 3 },
}
const facts = { workspace, connections: [{ id: 'c1', name: 'Relay Automations' }], now }

export const fixtures = [
  fixture(historyView, layout, {
    empty: historyPage({ ...facts, question: readHistoryQuestion({}), rows: [], connections: [] }),
    'nothing found': historyPage({
      ...facts,
      question: readHistoryQuestion({ person: 'x', from: 'soon' }),
      rows: [],
    }),
    usual: historyPage({ ...facts, question: readHistoryQuestion({}), rows: [row, { ...row, actor: null }] }),
    crowded: historyPage({
      ...facts,
      question: readHistoryQuestion({ person: hostile, kind: 'pages.changed', to: '2026-03-01' }),
      connections: [{ id: 'c1', name: longName }],
      rows: [
        ...eventKinds.map(kind => ({ ...row, kind })),
        {
          ...row,
          actor: { id: 'u2', name: longName, email: 'x' },
          connection: { id: 'c2', name: hostile },
          installer: { id: 'u3', name: rightToLeft },
          address: '2001:db8:85a3:8d3:1319:8a2e:370:7348',
        },
        ...Array.from({ length: 40 }, () => row),
      ],
    }),
  }),
]
