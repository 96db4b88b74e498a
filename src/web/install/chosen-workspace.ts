import { type May, mayInstall } from '../../installs/policy.ts'
import type { InstallRefusal } from '../../installs/refusal.ts'
import type { Switcher } from '../frame/layout.ts'
import { workspaceMark } from '../kit/marks.ts'
import type { InstallChoices, WorkspaceToChoose } from './readings.ts'
import { switcherNotes } from './refusal-words.ts'

/** The workspace of a step, and whether the connection may be installed there. */
export type ChosenWorkspace = { workspace: WorkspaceToChoose; may: May<InstallRefusal> }

/**
 * The workspace that the user chose, else the one that the partner suggested, else one where they have the connection
 * installed, else the first by name where it may be installed, else the first. Null for a user without a workspace. A chosen or
 * suggested workspace that is not the user's is ignored.
 */
export function chooseWorkspace(
  choices: InstallChoices,
  chosen: string | null,
  wished: string | null,
): ChosenWorkspace | null {
  const { workspaces } = choices
  const byId = (id: string | null) => workspaces.find(one => one.id === id)
  const free = workspaces.filter(one => mayInstall(one.placement).kind === 'yes')
  const workspace =
    byId(chosen) ?? byId(wished) ?? free.find(one => one.mine !== null) ?? free[0] ?? workspaces[0]
  return workspace ? { workspace, may: mayInstall(workspace.placement) } : null
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** The current one first, the others by name, as people count: Client 9 before Client 10. */
function inOrder(workspaces: readonly WorkspaceToChoose[], current: WorkspaceToChoose): WorkspaceToChoose[] {
  const others = workspaces.filter(one => one.id !== current.id)
  return [current, ...others.sort((one, other) => collator.compare(one.name, other.name))]
}

/** All workspaces of the user; those where the connection cannot be installed say why. */
export function switcherOf(
  choices: InstallChoices,
  current: WorkspaceToChoose,
  submit: NonNullable<Switcher['submit']>,
): Switcher {
  return {
    current: { name: current.name, mark: workspaceMark(current) },
    choices: inOrder(choices.workspaces, current).map(one => {
      const may = mayInstall(one.placement)
      return {
        id: one.id,
        name: one.name,
        mark: workspaceMark(one),
        current: one.id === current.id,
        note: may.kind === 'no' ? switcherNotes[may.because] : null,
        href: null,
      }
    }),
    submit,
  }
}
