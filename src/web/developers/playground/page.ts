/** The playground of one connection: begin a trial, read its messages, force outcomes, act as a persona of the sandbox. */
import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import type { Sandbox } from '../../../installs/sandbox.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Choices, Select } from '../../kit/field.ts'
import { urls } from '../../urls.ts'
import { type ConnectionHead, headOf } from '../frame/head.ts'
import { flowOutcomes, outcomeSelect, tokenOutcomes } from './outcomes.ts'
import { roleWords, type SandboxShown, sandboxOf } from './sandbox-page.ts'
import { type TrialShown, trialOf } from './trial-page.ts'
import type { Trial } from './trials.ts'

export type PlaygroundPage = {
  head: ConnectionHead
  notice: Notice | null
  start: { action: string; people: Choices; outcome: Select | null; label: string }
  trial: TrialShown | null
  /** The action that makes a sandbox, for a developer without one. */
  makeSandbox: string | null
  sandbox: SandboxShown | null
  /** The values that a developer's own tests send, and their effects. */
  own: { where: string; value: string; what: string }[]
}
export const playgroundView = view<PlaygroundPage>('developers/playground')

export type PlaygroundFacts = {
  managed: ManagedConnection
  notice: Notice | null
  sandbox: Sandbox | null
  /** The persona that the developer acts as at the moment. */
  actingAs: string | null
  trial: Trial | null
}

export function playgroundPage(facts: PlaygroundFacts): PlaygroundPage {
  const { managed, sandbox, trial } = facts
  const { id } = managed.connection
  return {
    head: headOf(managed, 'playground'),
    notice: facts.notice,
    start: {
      action: urls.playground(id, 'test'),
      people: peopleOf(facts),
      outcome:
        sandbox &&
        outcomeSelect('outcome', 'Outcome', flowOutcomes, 'It applies to people of the sandbox alone.'),
      label: trial ? 'Test this connection again' : 'Test this connection',
    },
    trial: trial && trialOf(id, trial),
    makeSandbox: sandbox ? null : urls.playground(id, 'sandbox'),
    sandbox: sandbox && sandboxOf(id, sandbox, facts.actingAs),
    own: ownTests,
  }
}

const ownTests: PlaygroundPage['own'] = [
  ...Object.entries(flowOutcomes).map(([value, { sentence }]) => ({
    where: 'Authorize address',
    value: `latchkey_test=${value}`,
    what: sentence,
  })),
  ...Object.entries(tokenOutcomes).map(([value, { sentence }]) => ({
    where: value === 'refresh-expired' ? 'Token endpoint' : 'Token endpoint, partner API',
    value: `Latchkey-Test: ${value}`,
    what: sentence,
  })),
]

function peopleOf({ sandbox, trial }: PlaygroundFacts): Choices {
  const personas = sandbox?.personas ?? []
  const chosen = personas.find(one => one.id === trial?.persona?.id)
  const myself = 'In a workspace of yours: what you allow there is a real installation.'
  return {
    name: 'as',
    type: 'radio',
    legend: 'Who goes through it',
    hint: null,
    error: null,
    options: [
      { value: '', label: 'Yourself', hint: myself, checked: chosen === undefined },
      ...personas.map(one => ({
        value: one.id,
        label: one.name,
        hint: `${roleWords[one.role]} of your sandbox.`,
        checked: one === chosen,
      })),
    ],
  }
}
