/** The head of every screen of one connection (partials/developers/head), and the frame around the screen. */
import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import type { Crumb, SettingsLayout } from '../../frame/layout.ts'
import { placeLayout } from '../../frame/navigation.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { urls } from '../../urls.ts'
import { type Tab, type TabId, tabsOf } from './tabs.ts'

export type Badge = { words: string; tone: 'plain' | 'accent' | 'good' | 'warning' | 'danger' }
export type ConnectionHead = { name: string; mark: Mark; badges: Badge[]; tabs: Tab[] }

type BadgeFacts = Pick<ManagedConnection, 'disabledBy'> & {
  connection: { kind: 'public' | 'internal'; firstParty: boolean; verified: boolean }
}

/** The kind and state of a connection, in a word or two each; the same in the list and on its own screens. */
export function badgesOf({ connection, disabledBy }: BadgeFacts): Badge[] {
  const badges: Badge[] = [{ words: connection.kind === 'public' ? 'Public' : 'Internal', tone: 'plain' }]
  if (disabledBy === 'operator') badges.push({ words: 'Switched off by the operator', tone: 'danger' })
  else if (disabledBy === 'developer') badges.push({ words: 'Switched off', tone: 'warning' })
  else badges.push({ words: 'Enabled', tone: 'good' })
  if (connection.firstParty) badges.push({ words: 'First-party', tone: 'accent' })
  if (connection.verified) badges.push({ words: 'Verified', tone: 'accent' })
  return badges
}

export function headOf(managed: ManagedConnection, current: TabId): ConnectionHead {
  const { connection } = managed
  const { id, name } = connection
  return {
    name,
    mark: connectionMark({ id, name, logo: connection.hasLogo ? urls.logo(id) : null }),
    badges: badgesOf(managed),
    tabs: tabsOf(connection, current),
  }
}

/** The frame of every developer screen; `crumbs` come after "Developers". */
export function developersLayout(title: string, crumbs: Crumb[]): SettingsLayout {
  const first: Crumb = { label: 'Developers', href: crumbs.length > 0 ? urls.developers : null }
  return placeLayout({
    title,
    navItem: 'developers',
    workspace: null,
    memberships: [],
    waiting: null,
    crumbs: crumbs.length > 0 ? [first, ...crumbs] : [],
  })
}

/** The frame of a screen of one connection. `below`: a screen that has no tab of its own, such as a confirmation. */
export function connectionLayout(
  { connection }: ManagedConnection,
  title: string,
  below: string | null = null,
): SettingsLayout {
  const href = urls.developersConnection(connection.id)
  const crumbs: Crumb[] = [{ label: connection.name, href: below === null ? null : href }]
  if (below !== null) crumbs.push({ label: below, href: null })
  return developersLayout(`${title} · ${connection.name}`, crumbs)
}
