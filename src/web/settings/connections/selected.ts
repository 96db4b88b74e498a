/** What owners do with several ticked connections, or with several people of one. */
import type { SelectedRow, SelectionAction } from '../../frame/selection.ts'
import { countWords } from '../../kit/words.ts'
import type { ChangeNeeds } from './change-routes.ts'
import { connectionsButtons } from './selected-buttons.ts'

const connectionsWords = (rows: SelectedRow[]) => countWords(rows.length, 'connection', 'connections')
const accessWords = (rows: SelectedRow[]) => countWords(rows.length, 'person', 'people')

const ends = {
  ...connectionsButtons.disconnect,
  submit: 'Disconnect',
  effects: ['They stop working at once: their tokens no longer work. Pages stay as they are.'],
  undo: 'This cannot be undone. Each person can connect again if the workspace policy allows it.',
  text: null,
}
const stops = {
  ...connectionsButtons.suspend,
  submit: 'Suspend',
  effects: ['Tokens reach no pages until an owner resumes them. The chosen pages and the tokens are kept.'],
  undo: 'You can resume each of them at any time.',
  text: null,
}

type Actions = ChangeNeeds['actions']
type PersonOf = { connectionId: string; userId: string }

export const connectionsActions = (actions: Actions): Record<string, SelectionAction> => ({
  disconnect: {
    ...ends,
    notice: 'selected-disconnected',
    heading: rows => `Disconnect ${connectionsWords(rows)} for everyone?`,
    lead: (rows, workspace) =>
      `${rows.length === 1 ? 'It loses' : 'They lose'} access to ${workspace} for all who connected ${rows.length === 1 ? 'it' : 'them'}.`,
    async act(context, { id }) {
      const outcome = await actions.disconnectEveryone(context, id)
      if (outcome.kind === 'refused') return outcome
      return { kind: outcome.kind === 'disconnected' ? 'done' : outcome.kind }
    },
  },
  suspend: {
    ...stops,
    notice: 'selected-suspended',
    heading: rows => `Suspend ${connectionsWords(rows)} for everyone?`,
    lead: (rows, workspace) =>
      `${rows.length === 1 ? 'It reaches' : 'They reach'} no page of ${workspace} until an owner resumes ${rows.length === 1 ? 'it' : 'them'}.`,
    async act(context, { id }) {
      const outcome = await actions.suspend(context, { connectionId: id, userId: null })
      if (outcome.kind === 'refused') return outcome
      return { kind: outcome.kind === 'suspended' ? 'done' : outcome.kind }
    },
  },
})

/** @param personOf null: the installation is gone. */
export const peopleActions = (
  actions: Actions,
  personOf: (context: { workspaceId: string }, installationId: string) => Promise<PersonOf | null>,
): Record<string, SelectionAction> => ({
  disconnect: {
    ...ends,
    notice: 'selected-revoked',
    heading: rows => `Disconnect it for ${accessWords(rows)}?`,
    lead: (_, workspace) => `It loses access to the pages of ${workspace} that they allowed it.`,
    effects: [...ends.effects, 'Everyone else keeps their access.'],
    async act(context, { id }) {
      const person = await personOf(context, id)
      if (!person) return { kind: 'unknown' }
      const outcome = await actions.revokeMember(context, person)
      if (outcome.kind === 'refused') return outcome
      return { kind: outcome.kind === 'revoked' ? 'done' : outcome.kind }
    },
  },
  suspend: {
    ...stops,
    notice: 'selected-suspended',
    heading: rows => `Suspend it for ${accessWords(rows)}?`,
    lead: (_, workspace) => `It reaches no page of ${workspace} for them until an owner resumes it.`,
    async act(context, { id }) {
      const outcome = await actions.suspend(context, { installationId: id })
      if (outcome.kind === 'refused') return outcome
      return { kind: outcome.kind === 'suspended' ? 'done' : outcome.kind }
    },
  },
})
