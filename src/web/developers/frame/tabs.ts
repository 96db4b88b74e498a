import type { Connection } from '../../../installs/connection.ts'
import { urls } from '../../urls.ts'

type TabRow = {
  label: string
  href(connectionId: string): string
  /** The kind of connection that has this tab; null: both have. */
  only: Connection['kind'] | null
}

/** The tabs of one connection, in their order. A folder that adds a screen adds its line here. */
const tabs = {
  overview: { label: 'Overview', href: urls.developersConnection, only: null },
  settings: { label: 'Settings', href: id => urls.developersPart(id, 'settings'), only: null },
  manifest: { label: 'Manifest', href: id => urls.developersPart(id, 'manifest'), only: null },
  integrate: { label: 'How to integrate', href: id => urls.developersPart(id, 'integrate'), only: null },
  token: { label: 'Token', href: id => urls.developersPart(id, 'token'), only: 'internal' },
  playground: { label: 'Playground', href: id => urls.playground(id), only: 'public' },
  log: { label: 'Log', href: id => urls.developersPart(id, 'log'), only: 'public' },
  webhooks: { label: 'Webhooks', href: id => urls.developersPart(id, 'webhooks'), only: null },
  danger: { label: 'Switch off or delete', href: id => urls.developersPart(id, 'danger'), only: null },
} satisfies Record<string, TabRow>

export type TabId = keyof typeof tabs
export type Tab = { label: string; href: string; current: boolean }

export function tabsOf(connection: Connection, current: TabId): Tab[] {
  return (Object.entries(tabs) as [TabId, TabRow][])
    .filter(([, tab]) => tab.only === null || tab.only === connection.kind)
    .map(([id, tab]) => ({ label: tab.label, href: tab.href(connection.id), current: id === current }))
}
