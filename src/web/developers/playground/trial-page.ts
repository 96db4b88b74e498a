/** The last trial on the playground: its messages, and the next request. */
import { masked } from '../../../installs/masking.ts'
import type { Select } from '../../kit/field.ts'
import { urls } from '../../urls.ts'
import type { Badge } from '../frame/head.ts'
import type { Answer, Message, Part } from './message.ts'
import { outcomeSelect, tokenOutcomes } from './outcomes.ts'
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

export type TrialShown = {
  heading: string
  status: Badge
  messages: MessageShown[]
  reveal: { action: string; label: string; value: 'yes' | 'no' }
  next: { action: string; refresh: boolean; outcome: Select | null } | null
  forget: string
}

export function trialOf(connectionId: string, trial: Trial): TrialShown {
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
    status: answer && answerBadge(answer),
    parts: parts.map(part => ({ ...part, value: show(part.value) })),
    sent: { id: `sent-${at}`, label: sent.label, text: show(sent.text) },
    answer: answer && {
      id: `answer-${at}`,
      label: 'Answer',
      text: show([`HTTP ${answer.status}`, ...answer.headers, '', answer.text].join('\n')),
    },
  }
}

function answerBadge({ status }: Answer): Badge {
  return {
    words: String(status),
    tone: status < 300 ? 'good' : status < 500 && status !== 429 ? 'danger' : 'warning',
  }
}
