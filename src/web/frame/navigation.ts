/** The rail and the workspace switcher, as data. */
import { isRestrictedByPolicy, mayGovern } from '../../installs/policy.ts'
import type { Membership, Role } from '../../installs/workspace.ts'
import type { IconName } from '../kit/icons.ts'
import { workspaceMark } from '../kit/marks.ts'
import { urls } from '../urls.ts'
import type { Crumb, Rail, RailEntry, SettingsLayout, Switcher } from './layout.ts'

type WorkspaceNavItem =
  | 'pages'
  | 'my-connections'
  | 'my-requests'
  | 'connections'
  | 'approved'
  | 'requests'
  | 'hand-over'
  | 'policy'
  | 'history'
export type NavItem = WorkspaceNavItem | 'gallery' | 'developers'

const workspaceNavItems: Record<
  WorkspaceNavItem,
  { label: string; icon: IconName; href(id: string): string }
> = {
  pages: { label: 'Pages', icon: 'file-text', href: urls.workspace },
  'my-connections': { label: 'My connections', icon: 'plug', href: urls.myConnections },
  'my-requests': { label: 'My requests', icon: 'clock', href: urls.myRequests },
  connections: { label: 'Connections', icon: 'layers', href: urls.connections },
  approved: { label: 'Approved', icon: 'badge-check', href: urls.approved },
  requests: { label: 'Requests', icon: 'inbox', href: urls.requests },
  'hand-over': { label: 'Left behind', icon: 'users', href: urls.leftBehind },
  policy: { label: 'Policy', icon: 'sliders-horizontal', href: urls.policy },
  history: { label: 'History', icon: 'history', href: urls.history },
}
const everyone: WorkspaceNavItem[] = ['pages', 'my-connections']
/** Members alone ask for approvals: owners are exempt from the policy, and guests cannot install. */
const members: WorkspaceNavItem[] = [...everyone, 'my-requests']
const owners: WorkspaceNavItem[] = ['connections', 'approved', 'requests', 'hand-over', 'policy', 'history']

export type ScreenFacts = {
  /** For the browser's tab. */
  title: string
  /** The entry of the rail that the screen belongs to. */
  navItem: NavItem
  /** The current workspace, for a screen that belongs to one. */
  workspace: Membership | null
  /** All workspaces of the person, for the switcher. */
  memberships: Membership[]
  /** Requests waiting for an owner, or offers and approvals waiting for a member; null: not counted. */
  waiting: number | null
  crumbs: Crumb[]
}

export function placeLayout(facts: ScreenFacts): SettingsLayout {
  return {
    frame: 'place',
    title: facts.title,
    switcher: facts.workspace && workspaceSwitcher(facts.navItem, facts.workspace, facts.memberships),
    rail: rail(facts),
    crumbs: facts.crumbs,
  }
}

function rail({ navItem, workspace, waiting }: ScreenFacts): Rail {
  const entry = (name: WorkspaceNavItem, id: string): RailEntry => {
    const { label, icon, href } = workspaceNavItems[name]
    const counted = name === 'requests' || name === 'my-requests'
    const count = counted ? waiting || null : null
    return { label, icon, href: href(id), current: name === navItem, count }
  }
  const sections: Rail['sections'] = []
  if (workspace) {
    sections.push({ heading: null, entries: own(workspace).map(name => entry(name, workspace.id)) })
    if (governed(workspace))
      sections.push({ heading: 'Whole workspace', entries: owners.map(name => entry(name, workspace.id)) })
  }
  sections.push({
    heading: workspace ? 'Everywhere' : null,
    entries: [
      {
        label: 'Gallery',
        icon: 'store',
        href: workspace ? urls.galleryFor(workspace.id) : urls.gallery,
        current: navItem === 'gallery',
        count: null,
      },
      {
        label: 'Developers',
        icon: 'code',
        href: urls.developers,
        current: navItem === 'developers',
        count: null,
      },
    ],
  })
  const here = sections.flatMap(section => section.entries).find(one => one.current)
  return {
    workspace: workspace && { name: workspace.name, mark: workspaceMark(workspace) },
    sections,
    here: here ?? { label: 'Menu', icon: 'settings' },
  }
}

const governed = ({ role }: Membership) => mayGovern({ role, userDisabled: false }).kind === 'yes'

function own({ role }: Membership): WorkspaceNavItem[] {
  return isRestrictedByPolicy({ role, userDisabled: false }) ? members : everyone
}

/** Another workspace opens at the same entry, if the person may see it there. */
function workspaceSwitcher(navItem: NavItem, workspace: Membership, memberships: Membership[]): Switcher {
  const isOwners = owners.some(name => name === navItem)
  return {
    current: { name: workspace.name, mark: workspaceMark(workspace) },
    submit: null,
    choices: memberships.map(one => {
      const same = navItem in workspaceNavItems && (!isOwners || governed(one))
      const target = workspaceNavItems[same ? (navItem as WorkspaceNavItem) : 'my-connections']
      const href = navItem === 'gallery' ? urls.galleryFor : target.href
      return {
        id: one.id,
        name: one.name,
        mark: workspaceMark(one),
        current: one.id === workspace.id,
        note: roleNotes[one.role],
        href: href(one.id),
      }
    }),
  }
}

const roleNotes: Record<Role, string> = { owner: 'Owner', member: 'Member', guest: 'Guest' }
