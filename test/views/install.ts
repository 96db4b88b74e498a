import type { FlowLayout } from '../../src/web/frame/layout.ts'
import type { ApprovalAsk } from '../../src/web/install/approval-page.ts'
import { type ChosenWorkspace, chooseWorkspace, switcherOf } from '../../src/web/install/chosen-workspace.ts'
import type { WaitingRequest } from '../../src/web/install/interactions.ts'
import { levelsPage, levelsView, nowherePage, refusedPage, refusedView } from '../../src/web/install/page.ts'
import { pagesPage, pagesView } from '../../src/web/install/pages-page.ts'
import type { InstallChoices, WorkspaceToChoose } from '../../src/web/install/readings.ts'
import { type Draft, noEnd } from '../../src/web/picker/draft.ts'
import {
  listsView,
  nodeView,
  painter,
  rowsView,
  treeLists,
  workspaceHeadings,
} from '../../src/web/picker/picker.ts'
import type { PickerPage, PickerReading } from '../../src/web/picker/readings.ts'
import { type ResultFacts, resultLists, resultRows } from '../../src/web/picker/results.ts'
import { sumOf, sumView } from '../../src/web/picker/sum.ts'
import { fixture, hostile, longName, longWord, rightToLeft } from './fixture.ts'

const limits = { row: 100, sum: 1_000 }
const base = '/install/abc/pages'
const user = { id: 'u1', name: hostile, email: `${longWord}@acme.test`, avatarUrl: null }

const request: WaitingRequest = {
  uid: 'abc',
  connectionId: 'c1',
  capabilities: ['read_content', 'update_content', 'insert_comments', 'read_user_with_email'],
  workspaceHint: null,
  wishedPages: [],
  loginHint: null,
  mustSignIn: false,
  isOfDevice: false,
  redirectUri: 'https://relay.test/callback',
  state: null,
  parameters: {},
  expiresAt: new Date('2026-01-02'),
}

function workspace(id: string, name: string, more: Partial<WorkspaceToChoose> = {}): WorkspaceToChoose {
  return {
    id,
    name,
    icon: '🏔️',
    placement: {
      role: 'member',
      userDisabled: false,
      plan: 'enterprise',
      policy: {
        restrictInstalls: 'none',
        autoApproveFirstParty: false,
        connectionCreation: 'everyone',
        agents: 'allowed',
        longestAccess: 'no-limit',
      },
      connection: {
        id: 'c1',
        kind: 'public',
        origin: 'registered',
        firstParty: false,
        disabled: false,
        capabilities: request.capabilities,
        optionalCapabilities: ['update_content', 'read_user_with_email'],
      },
      approved: false,
      requestApproved: false,
      operatorAgents: 'open',
      suspended: false,
    },
    others: { names: [], count: 0 },
    mine: null,
    allowed: null,
    ...more,
  }
}

const bare: InstallChoices = {
  connection: {
    id: 'c1',
    name: 'Relay Automations',
    developerName: null,
    website: null,
    privacyUrl: null,
    termsUrl: null,
    logoHash: null,
    origin: 'registered',
    documentUrl: null,
    firstParty: false,
    verified: false,
  },
  workspaces: [workspace('w1', 'Acme')],
}
const crowded: InstallChoices = {
  connection: {
    ...bare.connection,
    name: `${longName} ${hostile}`,
    developerName: longName,
    website: 'https://relay.test',
    privacyUrl: 'javascript:alert(1)',
    termsUrl: 'https://relay.test/terms',
    logoHash: 'f00d',
    verified: true,
  },
  workspaces: [
    workspace('w1', longName, {
      others: { names: [hostile, rightToLeft, longName], count: 4_000 },
      mine: new Date('2026-01-01'),
      allowed: ['read_content', 'update_content'],
    }),
    ...Array.from({ length: 200 }, (_, at) => workspace(`x${at}`, `${rightToLeft} ${at}`, { icon: null })),
  ],
}
const chosenIn = (choices: InstallChoices): ChosenWorkspace => chooseWorkspace(choices, 'w1', null)!
const flow = (choices: InstallChoices): FlowLayout => ({
  frame: 'flow',
  title: 'Connect',
  switcher: switcherOf(choices, chosenIn(choices).workspace, {
    formId: 'flow',
    action: '/install/abc/workspace',
    enter: '/install/abc/pages/search',
  }),
})
const ask: ApprovalAsk = {
  action: '/install/abc/approval',
  reason: hostile,
  problem: 'Say in a sentence what you need it for.',
  limit: 500,
  before: { sentence: hostile, href: '/settings' },
  submit: 'Update request',
}
const now = new Date('2026-03-12T10:00:00Z')
const draft: Draft = { workspaceId: 'w1', picks: {}, declined: {}, end: noEnd }
const facts = (choices: InstallChoices) => ({ request, choices, user, draft })

const page = (id: string, title: string, more: Partial<PickerPage> = {}): PickerPage => ({
  id,
  title,
  icon: null,
  type: 'page',
  path: [id],
  above: [],
  below: 0,
  reachedNow: false,
  ...more,
})
const list = (...pages: PickerPage[]) => ({ pages, more: false })
const nothing: PickerReading = {
  shared: list(),
  private: list(),
  alone: true,
  nodes: new Map(),
  children: new Map(),
  ticked: [],
  granted: [],
}
const roadmap = page('p1', 'Roadmap', { below: 2, icon: '🗺️' })
const quarter = page('p2', longName.repeat(4), { path: ['p1', 'p2'], below: 101, reachedNow: true })
const tasks = page('p3', rightToLeft, { type: 'database' })
const launch = page('p4', '', { path: ['p1', 'p2', 'p4'], above: ['Roadmap', hostile], reachedNow: true })
const much: PickerReading = {
  shared: { pages: [roadmap, page('p5', hostile, { below: 1 })], more: true },
  private: { pages: [tasks], more: true },
  alone: true,
  nodes: new Map([['p1', roadmap]]),
  children: new Map([['p1', { pages: [quarter], more: true }]]),
  ticked: [launch, tasks],
  granted: [quarter, launch, tasks, roadmap],
}
const picks = {
  ticked: null,
  sharedAfter: 'p0',
  privateAfter: 'p0',
  open: [{ id: 'p1', after: 'p9' }],
  search: { words: hostile, offset: 0 },
}
const treeOf = (reading: PickerReading) =>
  treeLists({ base, headings: workspaceHeadings(longName), reading, picks, limits })
const results: ResultFacts = {
  base,
  words: hostile,
  offset: 50,
  results: { pages: [launch, tasks], more: true, cut: false },
  ticked: [roadmap, tasks],
  limits,
}
const pagesOf = (choices: InstallChoices, reading: PickerReading, problem: string | null) =>
  pagesPage({
    state: { ...facts(choices), draft, chosen: chosenIn(choices) },
    chosen: chosenIn(choices),
    lists: treeOf(reading),
    reading,
    wished: reading.ticked,
    sum: sumOf(reading, limits),
    picks,
    problem,
    now,
  })
const paint = painter(base, much.ticked, limits)

export const fixtures = [
  fixture(levelsView, flow(bare), {
    bare: levelsPage(facts(bare), chosenIn(bare), now),
    'without levels': { ...levelsPage(facts(bare), chosenIn(bare), now), levels: [] },
    crowded: levelsPage(facts(crowded), chosenIn(crowded), now),
    'nothing ticked': levelsPage(facts(bare), chosenIn(bare), now, {
      problem: hostile,
      dateProblem: hostile,
    }),
    'another account expected': levelsPage(
      { ...facts(bare), request: { ...request, loginHint: `${longWord}<b>@acme.test` } },
      chosenIn(bare),
      now,
    ),
    'to an application': levelsPage(
      { ...facts(bare), request: { ...request, redirectUri: 'com.relay.app:/callback' } },
      chosenIn(bare),
      now,
    ),
  }),
  fixture(refusedView, flow(crowded), {
    guest: refusedPage(facts(bare), chosenIn(bare), 'guest', { names: [], count: 0 }, null),
    policy: refusedPage(
      facts(crowded),
      chosenIn(crowded),
      'owners-only',
      { names: [hostile], count: 9 },
      ask,
    ),
    internal: refusedPage(facts(bare), chosenIn(bare), 'connection-internal', { names: [], count: 0 }, null),
    'switched off': refusedPage(
      facts(bare),
      chosenIn(bare),
      'connection-disabled',
      { names: [], count: 0 },
      null,
    ),
  }),
  fixture(
    refusedView,
    { frame: 'flow', title: 'Connect', switcher: null },
    {
      'no workspace': nowherePage(facts(crowded)),
    },
  ),
  fixture(pagesView, flow(crowded), {
    empty: pagesOf(bare, nothing, null),
    crowded: pagesOf(crowded, much, hostile),
    'other first page': pagesOf(crowded, { ...much, ticked: [roadmap] }, null),
  }),
  fixture(listsView, null, {
    tree: treeOf(much),
    results: resultLists(results),
    cut: resultLists({ ...results, results: { pages: [tasks], more: false, cut: true } }),
    'nothing found': resultLists({ ...results, results: { pages: [], more: false, cut: false } }),
  }),
  fixture(rowsView, null, {
    usual: { list: resultRows(results), ticksShown: ['p4'] },
    roots: { list: paint.rows('shared', much.shared), ticksShown: [] },
  }),
  fixture(nodeView, null, {
    usual: { row: paint.openRow(roadmap, much.children.get('p1')!), ticksShown: ['p7'] },
  }),
  fixture(sumView, null, {
    nothing: { sum: sumOf(nothing, limits) },
    unchanged: { sum: sumOf({ ticked: [launch], granted: [launch] }, limits) },
    much: {
      sum: sumOf({ ticked: [quarter, roadmap, page('p9', '', { below: 1_001 })], granted: [tasks] }, limits),
    },
  }),
]
