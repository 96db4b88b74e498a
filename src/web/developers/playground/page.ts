/** The playground of one connection: begin a trial, read its messages, force outcomes, act as somebody of the sandbox. */
import type { ManagedConnection } from '../../../installs/managed-connection.ts'
import { masked } from '../../../installs/masking.ts'
import type { Sandbox } from '../../../installs/sandbox.ts'
import type { Role } from '../../../installs/workspace.ts'
import type { ConfirmPage } from '../../frame/confirm.ts'
import type { Notice } from '../../frame/notice.ts'
import { view } from '../../frame/render.ts'
import type { Choices, Select } from '../../kit/field.ts'
import { urls } from '../../urls.ts'
import { type Badge, type ConnectionHead, headOf } from '../frame/head.ts'
import type { Answer, Message, Part } from './message.ts'
import { flowOutcomes, tokenOutcomes } from './outcomes.ts'
import type { Trial } from './trials.ts'

type Code = { id: string; label: string; text: string }

type MessageShown = {
  id: string
  title: string
  sentence: string
  status: Badge | null
  parts: Part[]
  sent: Code
  answer: Code | null
}

export type PlaygroundPage = {
  head: ConnectionHead
  notice: Notice | null
  start: { action: string; people: Choices; outcome: Select | null; label: string }
  trial: {
    heading: string
    status: Badge
    messages: MessageShown[]
    reveal: { action: string; label: string; value: 'yes' | 'no' }
    next: { action: string; refresh: boolean; outcome: Select | null } | null
    forget: string
  } | null
  /** Where a sandbox is made; null: there is one. */
  makeSandbox: string | null
  sandbox: {
    sentence: string
    act: string
    people: { id: string; name: string; role: string; button: string; current: boolean }[]
    remove: string
  } | null
  /** What a developer's own tests send, and what comes of it. */
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

const roleWords: Record<Role, string> = { owner: 'Owner', member: 'Member', guest: 'Guest' }

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
        outcomeSelect(
          'outcome',
          'Outcome',
          flowOutcomes,
          'It is brought about for people of the sandbox alone.',
        ),
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

function outcomeSelect(
  name: string,
  label: string,
  outcomes: Record<string, { label: string }>,
  hint: string | null,
): Select {
  const options = Object.entries(outcomes).map(([value, words]) => ({
    value,
    label: words.label,
    selected: false,
  }))
  return {
    name,
    label,
    hint,
    error: null,
    options: [{ value: '', label: 'As it comes', selected: true }, ...options],
  }
}

function sandboxOf(
  connectionId: string,
  sandbox: Sandbox,
  actingAs: string | null,
): PlaygroundPage['sandbox'] {
  return {
    sentence: `${sandbox.name} has ${sandbox.pages} pages and these people. You can be each of them, in the sandbox and nowhere else.`,
    act: urls.playground(connectionId, 'act'),
    people: sandbox.personas.map(one => ({
      id: one.id,
      name: one.name,
      role: roleWords[one.role],
      button: `Act as ${one.name}`,
      current: one.id === actingAs,
    })),
    remove: urls.playground(connectionId, 'sandbox/remove'),
  }
}

function trialOf(connectionId: string, trial: Trial): PlaygroundPage['trial'] {
  const show = trial.revealed ? (text: string) => text : masked
  return {
    heading: trial.persona ? `The last test, as ${trial.persona.name}` : 'The last test, as yourself',
    status: statusOf(trial),
    messages: trial.messages.map((message, at) => messageOf(message, at + 1, show)),
    reveal: {
      action: urls.playground(connectionId, 'secrets'),
      label: trial.revealed ? 'Hide secrets' : 'Show secrets',
      value: trial.revealed ? 'no' : 'yes',
    },
    next: trial.tokens && {
      action: urls.playground(connectionId, 'next'),
      refresh: trial.tokens.refresh !== null,
      outcome: trial.persona && outcomeSelect('next', 'Outcome of the next request', tokenOutcomes, null),
    },
    forget: urls.playground(connectionId, 'forget'),
  }
}

function statusOf(trial: Trial): Badge {
  if (!trial.returned) return { words: 'Under way', tone: 'warning' }
  return trial.tokens ? { words: 'Connected', tone: 'good' } : { words: 'Not connected', tone: 'danger' }
}

function messageOf(message: Message, at: number, show: (text: string) => string): MessageShown {
  const { title, sentence, sent, parts, answer } = message
  return {
    id: `message-${at}`,
    title: `${at}. ${title}`,
    sentence,
    status: answer && statusOf(answer),
    parts: parts.map(part => ({ ...part, value: show(part.value) })),
    sent: { id: `sent-${at}`, label: sent.label, text: show(sent.text) },
    answer: answer && {
      id: `answer-${at}`,
      label: 'Answer',
      text: show([`HTTP ${answer.status}`, ...answer.headers, '', answer.text].join('\n')),
    },
  }
}

function statusOf({ status }: Answer): Badge {
  return {
    words: String(status),
    tone: status < 300 ? 'good' : status < 500 && status !== 429 ? 'danger' : 'warning',
  }
}

/** `action`: where it is removed; `back`: where the developer came from. */
export function removeSandboxPage(action: string, back: string, sandbox: Sandbox): ConfirmPage {
  return {
    heading: 'Remove the sandbox?',
    lead: 'The sandbox goes, with its people and its pages.',
    effects: [
      'What was installed there, of every connection, is disconnected: its tokens are refused on the next request.',
      'Tests of your own that use it stop working.',
    ],
    undo: `It does not come back. You can make another at any time; it has other ids than ${sandbox.id}.`,
    submit: {
      label: 'Remove sandbox',
      action,
      fields: [],
      danger: true,
    },
    back: { label: 'Keep it', href: back },
  }
}
