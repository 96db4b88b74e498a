/** What owners do with several ticked requests. */
import type { decideApproval } from '../../../installs/actions/decide-approval.ts'
import { sentenceLimit } from '../../../installs/approval.ts'
import type { SelectionAction } from '../../frame/selection.ts'
import { countWords } from '../../kit/words.ts'

export const requestButtons = {
  approve: { label: 'Approve selected', danger: false },
  decline: { label: 'Decline selected', danger: true },
}

const requestsWords = (rows: unknown[]) => countWords(rows.length, 'request', 'requests')

function answerText(label: string, hint: string, required: boolean): NonNullable<SelectionAction['text']> {
  return {
    area: { name: 'text', label, hint, value: '', required, rows: 3, errors: [], code: false },
    problem(text) {
      if (required && text.trim() === '') return 'Say in a sentence why you decline.'
      return [...text.trim()].length > sentenceLimit ? `Shorten this to ${sentenceLimit} characters.` : null
    },
  }
}

export function requestActions(decide: ReturnType<typeof decideApproval>): Record<string, SelectionAction> {
  const act =
    (decision: 'approve' | 'decline'): SelectionAction['act'] =>
    async (context, { id }, answer) => {
      const outcome = await decide(context, { requestId: id, decision, answer })
      if (outcome.kind === 'refused') return outcome
      if (outcome.kind === 'unknown') return { kind: 'unknown' }
      return { kind: outcome.kind === 'approved' || outcome.kind === 'declined' ? 'done' : 'already' }
    }
  return {
    approve: {
      ...requestButtons.approve,
      submit: 'Approve',
      notice: 'selected-approved',
      heading: rows => `Approve ${requestsWords(rows)}?`,
      lead: (_, workspace) =>
        `The connections are added to the approved list of ${workspace}, and the members can continue their installs.`,
      effects: [],
      undo: 'You can remove a connection from the approved list at any time.',
      text: answerText('Your answer', 'Optional. Every one of these members will read it.', false),
      act: act('approve'),
    },
    decline: {
      ...requestButtons.decline,
      submit: 'Decline',
      notice: 'selected-declined',
      heading: rows => `Decline ${requestsWords(rows)}?`,
      lead: () => 'The connections are not installed.',
      effects: [],
      undo: 'The members can ask again.',
      text: answerText('Your answer', 'Every one of these members will read it.', true),
      act: act('decline'),
    },
  }
}
