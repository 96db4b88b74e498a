import type { Membership } from '../../src/installs/workspace.ts'
import type { FlowLayout } from '../../src/web/frame/layout.ts'
import { placeLayout } from '../../src/web/frame/navigation.ts'
import { landingView } from '../../src/web/home/page.ts'
import { workspaceMark } from '../../src/web/kit/marks.ts'
import { fixture, hostile, longName, rightToLeft } from './fixture.ts'

const acme: Membership = { id: 'w1', name: 'Acme', icon: '🏔️', plan: 'enterprise', role: 'owner' }
const many: Membership[] = [
  acme,
  { id: 'w2', name: longName, icon: null, plan: 'free', role: 'member' },
  { id: 'w3', name: rightToLeft, icon: '🌙', plan: 'plus', role: 'guest' },
  { id: 'w4', name: hostile, icon: hostile, plan: 'business', role: 'member' },
  ...Array.from({ length: 30 }, (_, i) => ({ ...acme, id: `x${i}`, name: `Client ${i + 1}`, icon: null })),
]

const flow: FlowLayout = {
  frame: 'flow',
  title: hostile,
  switcher: {
    current: { name: longName, mark: workspaceMark(many[1]!) },
    submit: { formId: 'consent', action: '/install/abc/workspace', enter: null },
    choices: many.map((one, at) => ({
      id: one.id,
      name: one.name,
      mark: workspaceMark(one),
      current: at === 1,
      note: at === 2 ? 'Guests cannot install connections' : null,
      href: null,
    })),
  },
}
const place = { title: 'Connections', waiting: null, crumbs: [] }

export const fixtures = [
  fixture(landingView, flow, { 'in a crowded flow': { demo: true } }),
  fixture(landingView, placeLayout({ ...place, navItem: 'gallery', workspace: null, memberships: [] }), {
    'in a place of no workspace': { demo: false },
  }),
  fixture(
    landingView,
    placeLayout({ ...place, navItem: 'my-connections', workspace: acme, memberships: [acme] }),
    {
      'in a place of one workspace': { demo: false },
    },
  ),
  fixture(
    landingView,
    placeLayout({
      title: hostile,
      navItem: 'requests',
      workspace: many[1]!,
      memberships: many,
      waiting: 12_345,
      crumbs: [
        { label: 'Connections', href: '/x' },
        { label: longName, href: '/y' },
        { label: hostile, href: null },
      ],
    }),
    { 'in a crowded place': { demo: false } },
  ),
]
