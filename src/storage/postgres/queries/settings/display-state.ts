/** How owners' screens call the state of an installation. */
export type Standing = 'pending' | 'active' | 'suspended' | 'left' | 'disconnected'

/** `in-use`: everything but disconnected; `left`: whoever installed it is no longer in the workspace. */
export type StateFilter = 'in-use' | 'active' | 'suspended' | 'left' | 'disconnected'

/**
 * The standing of an installation `i`. `role` is its installer's, null for a stranger: what a departed member installed is
 * "left" until it is disconnected, whatever its state. What was disconnected while an owner's suspension stood is still suspended:
 * its installer may not install it again.
 */
export const toStandingSql = (role: string) => `
  case when i.state = 'revoked' and (i.state_reason is distinct from 'while-suspended' or ${role} is null) then 'disconnected'
    when i.state = 'revoked' then 'suspended'
    when i.user_id is not null and ${role} is null then 'left'
    else i.state end`

/** Whether a row with the column `standing` fits the filter. */
const fitsFilter: Record<StateFilter, string> = {
  'in-use': `standing <> 'disconnected'`,
  active: `standing = 'active'`,
  suspended: `standing = 'suspended'`,
  left: `standing = 'left'`,
  disconnected: `standing = 'disconnected'`,
}

/** The same prepared statement for each filter: these are long to plan. */
export function forEachFilter(
  name: string,
  textOf: (fits: string) => string,
): Record<StateFilter, { name: string; text: string }> {
  return Object.fromEntries(
    Object.entries(fitsFilter).map(([filter, fits]) => [
      filter,
      { name: `${name}-${filter}`, text: textOf(fits) },
    ]),
  ) as Record<StateFilter, { name: string; text: string }>
}

/** Text that is looked for anywhere in a name, whatever its case. */
export const holds = (column: string, words: string) => `strpos(lower(${column}), lower(${words})) > 0`
