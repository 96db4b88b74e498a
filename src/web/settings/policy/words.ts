/** The names of a policy's members and values, on its screen and in the history. */
import type { Policy } from '../../../installs/workspace.ts'

export const restrictions: Record<Policy['restrictInstalls'], string> = {
  none: 'No restrictions',
  'approved-list': 'Only from approved list',
  'owners-only': 'Workspace owners only',
}
export const creations: Record<Policy['connectionCreation'], string> = {
  everyone: 'Everyone',
  'owners-only': 'Workspace owners only',
}
export const agentRules: Record<Policy['agents'], string> = {
  allowed: 'Allowed',
  'published-only': 'Only published ones',
  'approved-only': 'Only approved',
}
export const longestAccess: Record<Policy['longestAccess'], string> = {
  'no-limit': 'No limit',
  '7-days': '7 days',
  '30-days': '30 days',
  '90-days': '90 days',
  '1-year': '1 year',
}
const members: { [Member in keyof Policy]: { label: string; say(value: unknown): string | undefined } } = {
  restrictInstalls: {
    label: 'Restrict members from installing connections',
    say: value => restrictions[value as Policy['restrictInstalls']],
  },
  autoApproveFirstParty: {
    label: 'Auto-approve first-party connections',
    say: value => (value === true ? 'on' : value === false ? 'off' : undefined),
  },
  connectionCreation: {
    label: 'Who can create connections',
    say: value => creations[value as Policy['connectionCreation']],
  },
  agents: {
    label: 'Agents that register themselves',
    say: value => agentRules[value as Policy['agents']],
  },
  longestAccess: {
    label: 'Longest access',
    say: value => longestAccess[value as Policy['longestAccess']],
  },
}

/** "“Who can create connections” from “Everyone” to “…”" for each changed member; empty where either is no policy. */
export function changesOfPolicy(before: unknown, after: unknown): string[] {
  return (Object.keys(members) as (keyof Policy)[]).flatMap(member => {
    const { label, say } = members[member]
    const was = say((before as Partial<Policy> | null | undefined)?.[member])
    const is = say((after as Partial<Policy> | null | undefined)?.[member])
    return was && is && was !== is ? [`“${label}” from “${was}” to “${is}”`] : []
  })
}
