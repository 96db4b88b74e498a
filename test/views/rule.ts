import type { Placement } from '../../src/installs/policy.ts'
import type { Membership } from '../../src/installs/workspace.ts'
import { noPolicy, type Policy } from '../../src/installs/workspace.ts'
import { confirmView } from '../../src/web/frame/confirm.ts'
import type { FlowLayout } from '../../src/web/frame/layout.ts'
import { type NavItem, placeLayout } from '../../src/web/frame/navigation.ts'
import { addApprovedPage, addApprovedView } from '../../src/web/settings/approvals/add-page.ts'
import {
  disconnectAllPage,
  removeApprovalPage,
  removeApprovalView,
  revokePage,
} from '../../src/web/settings/approvals/confirm-pages.ts'
import { approvedPage, approvedView } from '../../src/web/settings/approvals/page.ts'
import { approvedPeoplePage, approvedPeopleView } from '../../src/web/settings/approvals/people-page.ts'
import { publisherPage, publisherView } from '../../src/web/settings/approvals/publisher-page.ts'
import type { Approved } from '../../src/web/settings/approvals/readings.ts'
import {
  leftBehindPage,
  leftBehindView,
  letGoPage,
  receiversPage,
  receiversView,
} from '../../src/web/settings/hand-overs/page.ts'
import type { LeftBehind, Receiver } from '../../src/web/settings/hand-overs/readings.ts'
import {
  myRequestPage,
  myRequestsPage,
  myRequestsView,
  myRequestView,
} from '../../src/web/settings/my-requests/page.ts'
import type { MyRequest } from '../../src/web/settings/my-requests/readings.ts'
import { offerPage, offerView } from '../../src/web/settings/offers/page.ts'
import type { OfferToMe } from '../../src/web/settings/offers/readings.ts'
import { overtakenWords, policyPage, policyView, unapprovedPage } from '../../src/web/settings/policy/page.ts'
import type { PolicyReading } from '../../src/web/settings/policy/readings.ts'
import { requestsPage, requestsView, tooLateWords } from '../../src/web/settings/requests/page.ts'
import type { RequestToDecide } from '../../src/web/settings/requests/readings.ts'
import { fixture, hostile, longName, longWord, rightToLeft } from './fixture.ts'

const atFirst = { after: null, passed: [] }
const further = { after: '0198c1de-9c3a-7d3e-8a7e-0d6a7c1b2f3e', passed: ['a'] }

const now = new Date('2026-03-12T10:00:00Z')
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000)
const workspace: Membership = { id: 'w1', name: 'Acme', icon: '🏔️', plan: 'enterprise', role: 'owner' }
const place = (name: NavItem) =>
  placeLayout({ title: 'Acme', navItem: name, workspace, memberships: [workspace], waiting: 2, crumbs: [] })
const flow: FlowLayout = { frame: 'flow', title: 'Acme', switcher: null }
const calm = { workspace, trail: atFirst, notice: null, now }
const relay = {
  id: 'c1',
  name: 'Relay Automations',
  logoHash: null,
  firstParty: false,
  verified: true,
  disabled: false,
}
const loud = { ...relay, id: 'c2', name: `${longName} ${hostile}`, firstParty: true, disabled: true }
const listed: Policy = { ...noPolicy, restrictInstalls: 'approved-list', autoApproveFirstParty: true }

const installed: PolicyReading['installed'] = ['Ben', 'Cleo', hostile].map((name, at) => ({
  id: `i${at}`,
  connectionId: at < 2 ? 'c1' : 'c2',
  userId: `u${at}`,
  installerRole: 'member',
  connection: { firstParty: false, approved: false },
  connectionName: at < 2 ? 'Relay Automations' : longName,
  personName: name,
}))
const reading = (policy: Policy, plan: Membership['plan'] = 'enterprise'): PolicyReading => ({
  kept: { plan, policy, setAt: ago(2), setBy: 'u1' },
  setByName: hostile,
  installed,
})

const approved: Approved[] = [
  {
    ...relay,
    count: 2,
    people: [
      { id: 'u1', name: 'Ben' },
      { id: 'u2', name: 'Cleo' },
    ],
    approvedAt: ago(1),
    approvedBy: 'Ada',
  },
  {
    ...loud,
    count: 1_204,
    people: [
      { id: 'u1', name: longWord },
      { id: 'u2', name: hostile },
    ],
    approvedAt: ago(300),
    approvedBy: null,
  },
  { ...relay, id: 'c3', name: rightToLeft, count: 0, people: [], approvedAt: ago(0), approvedBy: 'Ada' },
]
const people = {
  connection: loud,
  count: 2,
  more: true,
  people: [
    {
      id: 'u1',
      name: 'Ben',
      email: 'ben@acme.test',
      state: 'active' as const,
      addedAt: ago(3),
      isMember: true,
    },
    {
      id: 'u2',
      name: longName,
      email: `${longWord}@acme.test`,
      state: 'suspended' as const,
      addedAt: ago(40),
      isMember: true,
    },
    {
      id: 'u3',
      name: hostile,
      email: hostile,
      state: 'suspended' as const,
      addedAt: ago(400),
      isMember: false,
    },
  ],
}

const asked: RequestToDecide = {
  id: 'r1',
  state: 'pending',
  askedAt: ago(1),
  expiresAt: ago(-6),
  decidedAt: null,
  decidedBy: null,
  answer: null,
  reason: 'It tells the team what changed on the roadmap.',
  capabilities: ['read_content', 'update_content', 'read_user_with_email'],
  person: { id: 'u1', name: 'Ben', email: 'ben@acme.test', isMember: true },
  connection: {
    ...relay,
    description: null,
    developerName: 'Relay Inc.',
    website: 'https://relay.test',
    installed: 0,
  },
}
const crowdedRequest: RequestToDecide = {
  ...asked,
  id: 'r2',
  reason: `${longWord} ${hostile} `.repeat(8),
  person: { id: 'u2', name: longName, email: `${longWord}@acme.test`, isMember: false },
  connection: {
    ...asked.connection,
    ...loud,
    website: `https://${longWord}.test/${'x'.repeat(200)}`,
    developerName: null,
    installed: 2_000,
  },
}
const decided = (state: RequestToDecide['state'], id: string): RequestToDecide => ({
  ...asked,
  id,
  state,
  decidedAt: state === 'pending' ? null : ago(0.1),
  decidedBy: 'Ada',
  answer: state === 'declined' ? hostile : null,
  expiresAt: ago(state === 'pending' ? 1 : -6),
})
const requestFacts = { ...calm, more: false, unsent: null }

const placement: Placement = {
  role: 'member',
  userDisabled: false,
  plan: 'enterprise',
  policy: listed,
  connection: {
    id: 'c1',
    kind: 'public',
    origin: 'registered',
    firstParty: false,
    disabled: false,
    capabilities: [],
    optionalCapabilities: [],
  },
  approved: false,
  requestApproved: false,
  operatorAgents: 'open',
  suspended: false,
}
const free: Placement = { ...placement, approved: true }
const mine = (more: Partial<MyRequest>): MyRequest => ({
  id: 'r1',
  state: 'pending',
  askedAt: ago(1),
  expiresAt: ago(-6),
  decidedAt: null,
  decidedBy: null,
  answer: null,
  reason: asked.reason,
  capabilities: asked.capabilities,
  resumable: true,
  connection: relay,
  placement,
  ...more,
})
const owners = { names: ['Ada', 'Zoe', longName], count: 7 }
const myRequest = (more: Partial<MyRequest>) =>
  myRequestPage({ workspace, request: mine(more), owners, notice: null, now })
const maker = {
  developerName: 'Relay Inc.',
  website: 'https://relay.test',
  privacyUrl: null,
  termsUrl: null,
  origin: 'registered',
  documentUrl: null,
} as const
const unheard = {
  developerName: null,
  website: 'javascript:alert(1)',
  privacyUrl: null,
  termsUrl: null,
  origin: 'self-registered',
  documentUrl: null,
} as const
const offer: OfferToMe = {
  id: 'h1',
  offeredAt: ago(2),
  offeredBy: 'Ada',
  from: 'Ben',
  connection: { ...relay, ...maker },
  state: 'offered',
  isOpen: true,
  capabilities: asked.capabilities,
  pages: { titles: ['Roadmap', hostile, rightToLeft, longName], kept: 31, dropped: 2 },
  placement: free,
  hasOwn: false,
}
const offerOf = (more: Partial<OfferToMe>) => offerPage({ workspace, offer: { ...offer, ...more }, now })

const left: LeftBehind = {
  installationId: 'i1',
  connection: relay,
  person: { id: 'u1', name: 'Ben', email: 'ben@acme.test' },
  since: ago(2),
  capabilities: asked.capabilities,
  pages: 3,
  offer: null,
  declinedBy: null,
}
const crowdedLeft: LeftBehind = {
  ...left,
  installationId: 'i2',
  connection: loud,
  person: { id: 'u2', name: hostile, email: hostile },
  pages: 0,
  offer: { id: 'h1', to: longName, at: ago(1) },
}
const receivers: Receiver[] = [
  {
    id: 'u1',
    name: 'Ada',
    email: 'ada@acme.test',
    placement: { ...free, role: 'owner' },
    hasOwn: false,
    reaches: 3,
  },
  { id: 'u2', name: longName, email: `${longWord}@acme.test`, placement, hasOwn: false, reaches: 0 },
  { id: 'u3', name: hostile, email: hostile, placement: free, hasOwn: true, reaches: 1 },
]

export const fixtures = [
  fixture(policyView, place('policy'), {
    'never set': policyPage(
      {
        workspace,
        notice: null,
        now,
        reading: {
          kept: { plan: 'enterprise', policy: noPolicy, setAt: null, setBy: null },
          setByName: null,
          installed: [],
        },
      },
      null,
    ),
    strict: policyPage({ workspace, notice: null, now, reading: reading(listed) }, null),
    overtaken: policyPage(
      { workspace, notice: overtakenWords(hostile), now, reading: reading(listed) },
      noPolicy,
    ),
    locked: policyPage(
      { workspace: { id: 'w1', name: longName }, notice: null, now, reading: reading(listed, 'free') },
      null,
    ),
  }),
  fixture(confirmView, place('policy'), {
    'what is not approved': unapprovedPage(workspace, installed),
    'far more than is named': unapprovedPage(
      workspace,
      Array.from({ length: 60 }, (_, at) => ({ ...installed[2]!, id: `i${at}`, connectionId: `c${at}` })),
    ),
    'one person’s access': revokePage(workspace, loud, { id: 'u1', name: hostile }),
    'all users': disconnectAllPage(workspace, loud, 1_204),
    'letting go': letGoPage(workspace, crowdedLeft),
  }),
  fixture(approvedView, place('approved'), {
    empty: approvedPage(calm, { rules: reading(noPolicy).kept, rows: [], more: false }, []),
    usual: approvedPage(calm, { rules: reading(listed).kept, rows: approved.slice(0, 1), more: false }, []),
    crowded: approvedPage(
      { ...calm, trail: further },
      { rules: reading({ ...listed, restrictInstalls: 'owners-only' }).kept, rows: approved, more: true },
      [
        { host: 'agent.example.com', connections: 1, approvedAt: ago(3), approvedBy: hostile },
        { host: `${longWord}.example.com`, connections: 12, approvedAt: ago(3), approvedBy: null },
      ],
    ),

    'on another plan': approvedPage(calm, { rules: reading(listed, 'free').kept, rows: [], more: false }, []),
  }),
  fixture(publisherView, place('approved'), {
    empty: publisherPage(workspace, '', null),
    refused: publisherPage(workspace, hostile, 'This is no host name.'),
  }),
  fixture(addApprovedView, place('approved'), {
    empty: addApprovedPage(calm, '', { rows: [], more: false }),
    'nothing fits': addApprovedPage(calm, hostile, { rows: [], more: false }),
    crowded: addApprovedPage({ workspace, trail: further }, hostile, { rows: approved, more: true }),
  }),
  fixture(approvedPeopleView, place('approved'), {
    empty: approvedPeoplePage(calm, '', { ...people, count: 0, people: [], more: false }),
    'nobody fits': approvedPeoplePage(calm, hostile, { ...people, people: [], more: false }),
    crowded: approvedPeoplePage({ ...calm, trail: further }, hostile, people),
  }),
  fixture(removeApprovalView, place('approved'), {
    unused: removeApprovalPage(workspace, relay, 0),
    crowded: removeApprovalPage({ id: 'w1', name: longName }, loud, 1_204),
  }),
  fixture(requestsView, place('requests'), {
    empty: requestsPage({ ...requestFacts, show: 'waiting', rows: [] }),
    'nothing decided': requestsPage({ ...requestFacts, show: 'decided', rows: [] }),
    usual: requestsPage({ ...requestFacts, show: 'waiting', rows: [asked] }),
    crowded: requestsPage({
      ...requestFacts,
      show: 'waiting',
      rows: [asked, crowdedRequest],
      more: true,
      trail: further,
      notice: tooLateWords(decided('declined', 'r9'), 'declined'),
      unsent: { requestId: 'r2', answer: hostile, problem: 'Say in a sentence why you decline.' },
    }),
    decided: requestsPage({
      ...requestFacts,
      show: 'decided',
      rows: (['approved', 'declined', 'withdrawn', 'taken-up', 'pending'] as const).map((state, at) =>
        decided(state, `r${at}`),
      ),
    }),
  }),
  fixture(myRequestsView, place('my-requests'), {
    empty: myRequestsPage({ ...calm, rows: [], offers: [], more: false }),
    crowded: myRequestsPage({
      ...calm,
      rows: [
        mine({}),
        mine({ id: 'r2', state: 'approved', placement: free, connection: { ...loud, logoHash: 'abc' } }),
        mine({ id: 'r3', state: 'declined' }),
      ],
      offers: [
        offer,
        { ...offer, id: 'h2', from: hostile, offeredBy: null, connection: { ...relay, name: longName } },
      ],
      more: true,
      trail: further,
    }),
  }),
  fixture(myRequestView, flow, {
    waiting: myRequest({}),
    'no longer needed': myRequest({ placement: free }),
    approved: myRequest({
      state: 'approved',
      placement: free,
      decidedAt: ago(1),
      decidedBy: 'Ada',
      answer: 'Fine.',
    }),
    'taken back by an owner': myRequest({ state: 'approved', decidedAt: ago(1) }),
    declined: myRequest({
      state: 'declined',
      decidedAt: ago(1),
      decidedBy: null,
      answer: hostile,
      reason: longWord,
      connection: loud,
    }),
    expired: myRequest({ expiresAt: ago(0) }),
    withdrawn: myRequest({ state: 'withdrawn', resumable: false }),
    'taken up': myRequest({ state: 'taken-up', resumable: false, placement: free }),
  }),
  fixture(leftBehindView, place('hand-over'), {
    empty: leftBehindPage({ ...calm, rows: [], more: false }),
    crowded: leftBehindPage({
      ...calm,
      rows: [{ ...left, declinedBy: hostile }, crowdedLeft],
      more: true,
      trail: further,
    }),
  }),
  fixture(receiversView, place('hand-over'), {
    'nobody fits': receiversPage(workspace, hostile, { left, receivers: [], more: false }),
    crowded: receiversPage(workspace, '', { left, receivers, more: true }),
    'without pages': receiversPage(workspace, '', { left: crowdedLeft, receivers, more: false }),
  }),
  fixture(offerView, flow, {
    usual: offerOf({}),
    'with nothing that carries over': offerOf({ pages: { titles: [], kept: 0, dropped: 5 } }),
    'of what one has': offerOf({ hasOwn: true }),
    'against the policy': offerOf({
      placement,
      from: hostile,
      offeredBy: null,
      connection: { ...loud, ...unheard },
    }),
    over: offerOf({ state: 'accepted' }),
    'of someone who is back': offerOf({ isOpen: false }),
  }),
]
