import type { Sandbox } from '../../../installs/sandbox.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import type { IconName } from '../../kit/icons.ts'
import { logoOf } from '../../kit/logo.ts'
import { connectionMark, type Mark } from '../../kit/marks.ts'
import { type Pagination, type PassedCursors, paginate } from '../../kit/pagination.ts'
import { urls } from '../../urls.ts'
import { type Badge, badgesOf } from '../frame/head.ts'
import type { ListedConnection } from './readings.ts'

type Row = {
  name: string
  href: string
  mark: Mark
  badges: Badge[]
  /** "You", a name, or "The operator". */
  creator: string
  created: Moment
}

export type ListPage = {
  notice: Notice | null
  /** The create button, for a person who may create one in some workspace. */
  create: string | null
  /** The reason why they may create none, if so. */
  cannot: string | null
  /** One table a workspace. */
  groups: { id: string; heading: string; rows: Row[] }[]
  empty: {
    icon: IconName
    heading: string
    sentence: string
    action: { label: string; href: string } | null
  } | null
  /** The developer's own sandbox, if they have one. */
  sandbox: { name: string; people: string; pages: string; made: Moment; remove: string } | null
  pagination: Pagination
}
export const listView = view<ListPage>('developers/list')

export function listPage(facts: {
  connections: ListedConnection[]
  more: boolean
  trail: PassedCursors
  sandbox: Sandbox | null
  userId: string
  /** The reason why they may create none, if so. */
  cannot: string | null
  notice: Notice | null
  now: Date
}): ListPage {
  const { connections, cannot } = facts
  const last = connections.at(-1)
  const create = cannot === null ? urls.developersNew() : null
  return {
    notice: facts.notice,
    create,
    cannot,
    groups: groupsOf(facts),
    empty: connections.length > 0 ? null : emptyState(create, facts.trail.after !== null),
    sandbox: facts.sandbox && sandboxOf(facts.sandbox, facts.now),
    pagination: paginate(urls.developers, facts.trail, facts.more && last ? last.id : null),
  }
}

function sandboxOf({ name, personas, pages, createdAt }: Sandbox, now: Date): ListPage['sandbox'] {
  return {
    name,
    people: personas.map(one => one.name).join(', '),
    pages: `${pages} ${pages === 1 ? 'page' : 'pages'}`,
    made: momentOf(createdAt, now),
    remove: urls.sandboxRemove,
  }
}

function groupsOf(facts: { connections: ListedConnection[]; userId: string; now: Date }): ListPage['groups'] {
  const groups: ListPage['groups'] = []
  for (const one of facts.connections) {
    const id = one.workspace?.id ?? 'none'
    if (groups.at(-1)?.id !== id)
      groups.push({ id, heading: one.workspace?.name ?? 'In no workspace', rows: [] })
    groups.at(-1)!.rows.push(rowOf(one, facts.userId, facts.now))
  }
  return groups
}

function rowOf(one: ListedConnection, userId: string, now: Date): Row {
  return {
    name: one.name,
    href: urls.developersConnection(one.id),
    mark: connectionMark({ id: one.id, name: one.name, logo: logoOf(one) }),
    badges: badgesOf({ connection: one, disabledBy: one.disabledBy }),
    creator: one.creator === null ? 'The operator' : one.creator.id === userId ? 'You' : one.creator.name,
    created: momentOf(one.createdAt, now),
  }
}

function emptyState(create: string | null, further: boolean): ListPage['empty'] {
  if (further)
    return {
      icon: 'code',
      heading: 'No further connections',
      sentence: 'The list ends here.',
      action: { label: 'To the beginning', href: urls.developers },
    }
  return {
    icon: 'code',
    heading: 'No connections yet',
    sentence:
      'Connections that you create appear here, and in workspaces that you own those of everyone. A connection lets your application ask people for some of their pages.',
    action: create === null ? null : { label: 'Create a connection', href: create },
  }
}
