import { outside } from '../urls.ts'
import type { IconName } from './icons.ts'

/** One line of a ••• menu (partials/menu). */
export type MenuItem = {
  label: string
  icon: IconName
  href: string
  /** It changes something at once: a form of its own, with these hidden fields. */
  post: boolean
  fields: [name: string, value: string][]
  /** It leads to another site, in a tab of its own. */
  away: boolean
  danger: boolean
  /** It copies this text instead of leading anywhere; null: it does not. */
  copy: string | null
  /** Why the entry is disabled, or who may use it; null: enabled. */
  told: string | null
}

export type Menu = {
  /** Unlike every other id of the screen. */
  id: string
  /** The button's accessible name. */
  label: string
  items: MenuItem[]
}

const plain: Omit<MenuItem, 'label' | 'icon' | 'href'> = {
  post: false,
  fields: [],
  away: false,
  danger: false,
  copy: null,
  told: null,
}

export function menuLink(
  label: string,
  icon: IconName,
  href: string,
  more: { danger?: boolean } = {},
): MenuItem {
  return { ...plain, label, icon, href, ...more }
}

export function menuPost(
  label: string,
  icon: IconName,
  href: string,
  fields: MenuItem['fields'] = [],
): MenuItem {
  return { ...plain, label, icon, href, post: true, fields }
}

/** A disabled entry, for an action of other people. */
export function menuTold(label: string, icon: IconName, told: string): MenuItem {
  return { ...plain, label, icon, href: '', told }
}

/** The developer's website and support, as far as they are registered. */
export function developerItems(connection: {
  website: string | null
  supportUrl: string | null
  supportEmail: string | null
}): MenuItem[] {
  const website = outside(connection.website)
  const support = outside(connection.supportUrl)
  const items: MenuItem[] = []
  if (website)
    items.push({
      ...plain,
      label: "Visit developer's website",
      icon: 'external-link',
      href: website,
      away: true,
    })
  if (support)
    items.push({ ...plain, label: 'Contact support', icon: 'circle-help', href: support, away: true })
  else if (connection.supportEmail)
    items.push({
      ...plain,
      label: 'Contact support',
      icon: 'mail',
      href: `mailto:${encodeURIComponent(connection.supportEmail).replace('%40', '@')}`,
    })
  return items
}
