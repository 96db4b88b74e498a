import type { StateFilter } from '../../../../web/settings/connections/readings.ts'

/**
 * The `DisplayState` of installation `i` (SQL). `role` is its installer's role in the workspace, null for a person who has left:
 * a departed member's installation is "left" in any state, until it is disconnected. One that was disconnected under an owner's
 * suspension counts as suspended: its installer may not install it again.
 */
export const displayStateSql = (role: string) => `
  case when i.state = 'revoked' and (i.state_reason is distinct from 'while-suspended' or ${role} is null) then 'disconnected'
    when i.state = 'revoked' then 'suspended'
    when i.user_id is not null and ${role} is null then 'left'
    else i.state end`

/** Whether a row with the column `display_state` fits the filter. */
const fitsFilter: Record<StateFilter, string> = {
  'in-use': `display_state <> 'disconnected'`,
  active: `display_state = 'active'`,
  suspended: `display_state = 'suspended'`,
  left: `display_state = 'left'`,
  disconnected: `display_state = 'disconnected'`,
}

type Statement = { name: string; text: string }

/** One prepared statement for each filter: these statements take long to plan. */
export function forEachFilter(
  name: string,
  textOf: (fits: string) => string,
): Record<StateFilter, Statement> {
  return Object.fromEntries(
    Object.entries(fitsFilter).map(([filter, fits]) => [
      filter,
      { name: `${name}-${filter}`, text: textOf(fits) },
    ]),
  ) as Record<StateFilter, Statement>
}
