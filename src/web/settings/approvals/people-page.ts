/** The people who have an approved connection installed. */
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Badge } from '../../kit/badge.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { type Field, field } from '../../kit/field.ts'
import { type Mark, personMark } from '../../kit/marks.ts'
import { type Pagination, paginate } from '../../kit/pagination.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import { type Empty, type Facts, look } from './page.ts'
import type { ApprovedPeople } from './readings.ts'

export type ApprovedPeoplePage = {
  name: string
  mark: Mark
  badges: Badge[]
  users: string
  notice: Notice | null
  search: { action: string; field: Field }
  rows: {
    name: string
    email: string
    mark: Mark
    badges: Badge[]
    added: Moment
    revoke: { label: string; href: string }
  }[]
  empty: Empty
  pagination: Pagination
}
export const approvedPeopleView = view<ApprovedPeoplePage>('settings/approved-people')

export function approvedPeoplePage(
  { workspace, trail, notice, now }: Facts,
  words: string,
  { connection, count, people, more }: ApprovedPeople,
): ApprovedPeoplePage {
  const here = urls.approval.people(workspace.id, connection.id)
  return {
    ...look(connection),
    users: `${countWords(count, 'person has', 'people have')} ${connection.name} installed in ${workspace.name}.`,
    notice,
    search: { action: here, field: field('q', 'Filter by user', { type: 'search', value: words }) },
    rows: people.map(one => ({
      name: one.name,
      email: one.email,
      mark: personMark(one),
      badges: one.isMember
        ? one.state === 'suspended'
          ? [{ label: 'Suspended', kind: 'warning' as const }]
          : []
        : [{ label: 'Installer left', kind: 'warning' as const }],
      added: momentOf(one.addedAt, now),
      revoke: {
        label: `Revoke access for ${one.name}`,
        href: urls.approval.revoke(workspace.id, connection.id, one.id),
      },
    })),
    empty: {
      icon: 'users',
      heading: count === 0 ? 'No one has installed it' : 'No results',
      sentence:
        count === 0
          ? 'It stays approved: members can install it without asking.'
          : 'No one with this name or e-mail address has it installed.',
      action: count === 0 ? null : { label: 'Show everyone', href: here },
    },
    pagination: paginate(
      `${here}?${new URLSearchParams({ q: words })}`,
      trail,
      more ? people.at(-1)!.id : null,
    ),
  }
}
