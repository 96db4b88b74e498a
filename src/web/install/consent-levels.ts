/** The access levels of a consent: those that the person may leave out, and those that they did. */
import { type Capability, isCapability } from '../../installs/capability.ts'
import { type Level, levelsOf } from '../kit/levels.ts'
import type { Draft } from '../picker/draft.ts'
import type { WaitingRequest } from './interactions.ts'
import type { WorkspaceToChoose } from './readings.ts'

export type ConsentLevel = Level & {
  capability: Capability
  /** The person may leave it out; it is ticked unless they did. */
  optional: boolean
  ticked: boolean
  /** Their own installation there does not have it. */
  isNew: boolean
}

type Asked = { capabilities: WaitingRequest['capabilities'] }

/** The requested levels that the connection is registered with as optional. */
function optionalOf({ capabilities }: Asked, { placement }: WorkspaceToChoose): Capability[] {
  return capabilities.filter(one => placement.connection.optionalCapabilities.includes(one))
}

/** The levels that are left out there: as chosen before, else those that the installation which is replaced does without. */
export function declinedIn(request: Asked, workspace: WorkspaceToChoose, draft: Draft): Capability[] {
  const chosen = draft.declined[workspace.id]
  if (chosen) return chosen
  const { allowed } = workspace
  return allowed === null ? [] : optionalOf(request, workspace).filter(one => !allowed.includes(one))
}

export function consentLevels(request: Asked, workspace: WorkspaceToChoose, draft: Draft): ConsentLevel[] {
  const optional = optionalOf(request, workspace)
  const declined = declinedIn(request, workspace, draft)
  return levelsOf(request.capabilities, workspace.name).map(level => ({
    ...level,
    optional: optional.includes(level.capability),
    ticked: !(optional.includes(level.capability) && declined.includes(level.capability)),
    isNew: workspace.allowed !== null && !workspace.allowed.includes(level.capability),
  }))
}

/** The optional levels that the form of step one leaves out; null: it names a level that does not exist. */
export function readDeclined(
  form: URLSearchParams,
  request: Asked,
  workspace: WorkspaceToChoose,
): Capability[] | null {
  const ticked = form.getAll('levels')
  if (!ticked.every(isCapability)) return null
  return optionalOf(request, workspace).filter(one => !ticked.includes(one))
}

export function withDeclined(draft: Draft, workspaceId: string, declined: Capability[]): Draft {
  return { ...draft, declined: { ...draft.declined, [workspaceId]: declined } }
}
