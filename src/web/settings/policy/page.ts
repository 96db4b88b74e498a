import { isAgainstPolicy } from '../../../installs/policy.ts'
import type { Plan, Policy } from '../../../installs/workspace.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notice, Notices } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import { type Moment, momentOf } from '../../kit/dates.ts'
import { countWords } from '../../kit/words.ts'
import { urls } from '../../urls.ts'
import type { NamedInstallation, PolicyReading } from './readings.ts'
import { agentRules, creations, longestAccess, restrictions } from './words.ts'

export type Option = { value: string; label: string; selected: boolean }

export type PolicyPage = {
  notice: Notice | null
  /** The reason why the policy cannot be changed; null: it can. */
  locked: string | null
  action: string
  seen: string
  restrict: Option[]
  autoApprove: boolean
  create: Option[]
  agents: Option[]
  longest: Option[]
  /** Who set it last, and when; null: it was never set. */
  set: { by: string; at: Moment } | null
  /** Installations that the policy would not allow today, if any. */
  against: { sentence: string; connections: string[]; href: string } | null
}
export const policyView = view<PolicyPage>('settings/policy')

const plans: Record<Plan, string> = {
  free: 'Free',
  plus: 'Plus',
  business: 'Business',
  enterprise: 'Enterprise',
}

type Facts = {
  workspace: { id: string; name: string }
  reading: PolicyReading
  notice: Notice | null
  now: Date
}

/** `filled`: the choice that could not be saved; null: show the saved policy. */
export function policyPage({ workspace, reading, notice, now }: Facts, filled: Policy | null): PolicyPage {
  const { plan, policy, setAt } = reading.kept
  const shown = filled ?? policy
  const against = againstPolicy(reading)
  return {
    notice,
    locked: plan === 'enterprise' ? null : lockedWords(workspace.name, plan),
    action: urls.policy(workspace.id),
    seen: setAt?.toISOString() ?? '',
    restrict: options(restrictions, shown.restrictInstalls),
    autoApprove: shown.autoApproveFirstParty,
    create: options(creations, shown.connectionCreation),
    agents: options(agentRules, shown.agents),
    longest: options(longestAccess, shown.longestAccess),
    set: setAt && { by: reading.setByName ?? 'someone who is gone', at: momentOf(setAt, now) },
    against:
      against.length === 0
        ? null
        : {
            sentence: againstWords(against.length),
            connections: shownOf(connectionsOf(against)),
            href: urls.policyUnapproved(workspace.id),
          },
  }
}

function options<Value extends string>(labels: Record<Value, string>, chosen: Value): Option[] {
  return (Object.entries(labels) as [Value, string][]).map(([value, label]) => ({
    value,
    label,
    selected: value === chosen,
  }))
}

function lockedWords(workspace: string, plan: Plan): string {
  return (
    `Policies are part of the Enterprise plan, and ${workspace} is on the ${plans[plan]} plan. ` +
    'The settings below have no effect until that changes.'
  )
}

export function againstPolicy({ kept, installed }: PolicyReading): NamedInstallation[] {
  return installed.filter(one => isAgainstPolicy(kept, one, one.connection))
}

/** "Relay (2 people) and Dock", each connection once. */
function connectionsOf(against: NamedInstallation[]): string[] {
  const groups = Map.groupBy(against, one => one.connectionId)
  return [...groups.values()].map(([first, ...others]) =>
    others.length === 0
      ? `${first!.connectionName} (${first!.personName ?? 'no one'})`
      : `${first!.connectionName} (${countWords(others.length + 1, 'person', 'people')})`,
  )
}

function againstWords(count: number): string {
  return `${countWords(count, 'installation', 'installations')} by members would not be allowed today. ${
    count === 1 ? 'It keeps working and is' : 'They keep working and are'
  } marked “Not approved”.`
}

/** Connections that are named; the others are counted. */
const namedOneByOne = 10

function shownOf(connections: string[]): string[] {
  const rest = connections.length - namedOneByOne
  const more = rest > 0 ? [countWords(rest, 'other connection', 'other connections')] : []
  return [...connections.slice(0, namedOneByOne), ...more]
}

export function unapprovedPage(
  workspace: { id: string; name: string },
  against: NamedInstallation[],
): ConfirmPage {
  const count = countWords(against.length, 'installation', 'installations')
  return {
    heading: 'Disconnect everything that is not approved?',
    lead: `The policy of ${workspace.name} would not allow ${count} today.`,
    effects: [
      ...shownOf(connectionsOf(against)).map(words => `${words}: its tokens stop working at once.`),
      'Installations by owners, approved connections and internal connections stay as they are.',
    ],
    undo: 'This cannot be undone. Members can ask for approval and connect again.',
    submit: {
      label: 'Disconnect all not approved',
      action: urls.policyUnapproved(workspace.id),
      fields: [],
      danger: true,
    },
    back: { label: 'Keep them', href: urls.policy(workspace.id) },
  }
}

export const notices: Notices = {
  set: () => ({ kind: 'good', sentence: 'Saved. It applies from now on; existing installations stay.' }),
  unchanged: () => ({ kind: 'info', sentence: 'No changes were made. The policy is the same as before.' }),
  disconnected: count => ({
    kind: 'good',
    sentence: `${countWords(count, 'installation is', 'installations are')} disconnected. Their tokens no longer work.`,
  }),
  'none-left': () => ({
    kind: 'info',
    sentence: 'No connection was disconnected. All installed connections are approved.',
  }),
}

export function overtakenWords(by: string | null): Notice {
  return {
    kind: 'warning',
    sentence: `${by ?? 'Someone'} changed the policy while you were looking at it. Your choices are below; save again to apply them.`,
  }
}
