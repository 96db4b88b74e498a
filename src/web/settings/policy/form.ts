import type { Policy } from '../../../installs/workspace.ts'
import { longestAccess } from './words.ts'

export type PolicyForm = {
  policy: Policy
  /** When the policy that the form showed was set; null: never. */
  seen: Date | null
}

const restrictions: readonly Policy['restrictInstalls'][] = ['none', 'approved-list', 'owners-only']
const creations: readonly Policy['connectionCreation'][] = ['everyone', 'owners-only']

const agentRules: readonly Policy['agents'][] = ['allowed', 'published-only', 'approved-only']

const isLimit = (text: string): text is Policy['longestAccess'] => Object.hasOwn(longestAccess, text)

/** null: a value that the form does not offer. */
export function readPolicyForm(form: URLSearchParams): PolicyForm | null {
  const restrictInstalls = restrictions.find(one => one === form.get('restrict_installs'))
  const connectionCreation = creations.find(one => one === form.get('connection_creation'))
  const agents = agentRules.find(one => one === (form.get('agents') ?? 'allowed'))
  const longest = form.get('longest_access') ?? 'no-limit'
  const seen = form.get('seen') ?? ''
  if (
    !restrictInstalls ||
    !connectionCreation ||
    !agents ||
    !isLimit(longest) ||
    (seen !== '' && Number.isNaN(Date.parse(seen)))
  )
    return null
  return {
    policy: {
      restrictInstalls,
      autoApproveFirstParty: form.get('auto_approve_first_party') === 'yes',
      connectionCreation,
      agents,
      longestAccess: longest,
    },
    seen: seen === '' ? null : new Date(seen),
  }
}
