/** "Add approved connection": installed connections that are not on the list. */
import { view } from '../../frame/render.ts'
import type { Badge } from '../../kit/badge.ts'
import { type Field, field } from '../../kit/field.ts'
import type { Mark } from '../../kit/marks.ts'
import { type Pagination, paginate } from '../../kit/pagination.ts'
import { namesWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import { type Empty, type Facts, look } from './page.ts'
import type { Candidate } from './readings.ts'

export type AddApprovedPage = {
  search: { action: string; field: Field }
  action: string
  rows: { id: string; name: string; mark: Mark; badges: Badge[]; people: string }[]
  empty: Empty
  pagination: Pagination
}
export const addApprovedView = view<AddApprovedPage>('settings/approved-add')

export function addApprovedPage(
  { workspace, trail }: Pick<Facts, 'workspace' | 'trail'>,
  words: string,
  { rows, more }: { rows: Candidate[]; more: boolean },
): AddApprovedPage {
  const here = urls.approval.add(workspace.id)
  return {
    search: {
      action: here,
      field: field('q', 'Search installed connections', { type: 'search', value: words }),
    },
    action: here,
    rows: rows.map(row => ({
      id: row.id,
      ...look(row),
      people: `Installed by ${namesWords(
        row.people.slice(0, 2).map(one => one.name),
        row.count,
      )}`,
    })),
    empty:
      words === ''
        ? {
            icon: 'badge-check',
            heading: 'Everything that is installed is approved',
            sentence: `Connections that are installed in ${workspace.name} but not approved appear here. Others can be approved when a member asks for them.`,
            action: { label: 'Back to the approved list', href: urls.approved(workspace.id) },
          }
        : {
            icon: 'search',
            heading: 'No results',
            sentence: 'No installed connection without approval has this in its name.',
            action: { label: 'Show all', href: here },
          },
    pagination: paginate(
      `${here}?${new URLSearchParams({ q: words })}`,
      trail,
      more ? rows.at(-1)!.id : null,
    ),
  }
}
