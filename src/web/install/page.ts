/** The models of step one, and of the screens that end the flow before step two. */
import { mostAccessDays } from '../../installs/access-end.ts'
import { type Capability, userInformation } from '../../installs/capability.ts'
import { mayInstall } from '../../installs/policy.ts'
import { isLoopback } from '../../installs/redirect-uri.ts'
import type { InstallRefusal } from '../../installs/refusal.ts'
import { view } from '../frame/render.ts'
import { logoOf } from '../kit/logo.ts'
import { connectionMark, type Mark, workspaceMark } from '../kit/marks.ts'
import { namesWords } from '../kit/words.ts'
import type { Draft } from '../picker/draft.ts'
import { urls } from '../urls.ts'
import { type AccessEnds, accessEnds } from './access-ends.ts'
import type { ApprovalAsk } from './approval-page.ts'
import type { ChosenWorkspace } from './chosen-workspace.ts'
import { type ConsentLevel, consentLevels } from './consent-levels.ts'
import { type Developer, developerOf } from './developer.ts'
import type { WaitingRequest } from './interactions.ts'
import type { ConnectionToInstall, InstallChoices, WorkspaceToChoose } from './readings.ts'
import { refusalWords } from './refusal-words.ts'

/** The head of every screen of the flow: the connection that asks, and the workspace. */
export type FlowHeader = {
  connection: { name: string; mark: Mark }
  /** Null for a user without a workspace. */
  workspace: { name: string; mark: Mark } | null
}

export type FlowAccount = {
  name: string
  email: string
  change: string
  /** The e-mail address that the partner expected, if it is another. */
  expected: string | null
}

export type LevelsPage = {
  header: FlowHeader
  workspaceId: string
  /** A fault of the ticked levels, if any. */
  problem: string | null
  levels: ConsentLevel[]
  ends: AccessEnds
  /** The bounds of the access: the chosen pages, and the parts that do not depend on them. */
  limit: string
  /** The others who have it installed there, if any. */
  installedBy: string | null
  /** The change to the user's own installation there, if they have one. */
  already: string | null
  developer: Developer
  /** The host that the browser is sent back to. `local`: it is an application on this computer. null: a device waits instead. */
  returnsTo: { host: string; local: boolean } | null
  account: FlowAccount
  actions: { pages: string; cancel: string }
}
export const levelsView = view<LevelsPage>('install/levels')

type Facts = {
  request: WaitingRequest
  choices: InstallChoices
  user: { name: string; email: string }
}

export function levelsPage(
  { request, choices, user, draft }: Facts & { draft: Draft },
  chosen: ChosenWorkspace,
  now: Date,
  { problem = null, dateProblem = null }: { problem?: string | null; dateProblem?: string | null } = {},
): LevelsPage {
  const { connection } = choices
  const { workspace } = chosen
  const { names, count } = workspace.others
  return {
    header: flowHeaderOf(connection, workspace),
    workspaceId: workspace.id,
    problem,
    levels: consentLevels(request, workspace, draft),
    ends: accessEnds(draft, mostAccessDays(workspace.placement), now, dateProblem),
    limit: limitWords(request.capabilities, workspace.name),
    installedBy: count === 0 ? null : namesWords(names, count),
    already: alreadyWords(workspace),
    developer: developerOf(connection),
    returnsTo: returnsTo(request),
    account: accountOf(request, user),
    actions: { pages: urls.flowPages(request.uid), cancel: urls.flowCancel(request.uid) },
  }
}

/**
 * The people of the workspace are visible whichever pages are chosen, so the sentence about pages must not seem to cover them.
 */
function limitWords(capabilities: readonly Capability[], workspace: string): string {
  const people =
    userInformation(capabilities) === 'none'
      ? ''
      : ` It sees who is in ${workspace} whichever pages you choose.`
  return `It reaches only the pages that you choose in the next step.${people} You can change or disconnect it at any time.`
}

function alreadyWords({ mine, placement }: WorkspaceToChoose): string | null {
  const since = mine && `You connected it here on ${day.format(mine)}`
  const replaces = 'What you allow now replaces what it can reach'
  // Only owners see this screen with a suspended installation: for members the flow has ended before.
  if (placement.suspended)
    return `${since ? `${since}, and it` : 'It'} is suspended for you. ${replaces}, and resumes it.`
  return since && `${since}. ${replaces}.`
}

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' })

/** The connection cannot be installed in this workspace, or by this user in any. */
export type RefusedPage = {
  header: FlowHeader
  heading: string
  /** The refusal and its reason. */
  sentence: string
  /** The people who can change it, and the next step for the user. */
  next: string
  workspaceId: string | null
  /** The form that asks an owner; null where asking would not help. */
  approval: ApprovalAsk | null
  account: LevelsPage['account']
  actions: { cancel: string }
}
export const refusedView = view<RefusedPage>('install/refused')

export function refusedPage(
  { request, choices, user }: Facts,
  chosen: ChosenWorkspace,
  because: InstallRefusal,
  owners: { names: string[]; count: number },
  approval: ApprovalAsk | null,
): RefusedPage {
  const { connection } = choices
  const words = refusalWords[because](connection.name, chosen.workspace.name)
  const elsewhere = choices.workspaces.some(
    one => one.id !== chosen.workspace.id && mayInstall(one.placement).kind === 'yes',
  )
  const next =
    elsewhere && words.byOwners ? `${words.next}, or switch to another workspace.` : `${words.next}.`
  return {
    header: flowHeaderOf(connection, chosen.workspace),
    heading: `${connection.name} cannot be connected to ${chosen.workspace.name}`,
    sentence: words.sentence,
    next: words.byOwners ? `${whoChanges(owners, chosen.workspace.name)} ${next}` : next,
    workspaceId: chosen.workspace.id,
    approval,
    account: accountOf(request, user),
    actions: { cancel: urls.flowCancel(request.uid) },
  }
}

export function nowherePage({ request, choices, user }: Facts): RefusedPage {
  const { connection } = choices
  return {
    header: flowHeaderOf(connection, null),
    heading: `${connection.name} has nowhere to connect to`,
    sentence: `${connection.name} connects to a workspace, and ${user.email} is in none.`,
    next: 'Ask an owner of your workspace to add you as a member, or use another account.',
    workspaceId: null,
    approval: null,
    account: accountOf(request, user),
    actions: { cancel: urls.flowCancel(request.uid) },
  }
}

function whoChanges({ names, count }: { names: string[]; count: number }, workspace: string): string {
  if (count === 0) return `An owner of ${workspace} can change this.`
  return `${namesWords(names, count)}, ${count === 1 ? 'an owner' : 'owners'} of ${workspace}, can change this.`
}

export function flowHeaderOf(
  connection: ConnectionToInstall,
  workspace: { id: string; name: string; icon: string | null } | null,
): FlowHeader {
  return {
    connection: { name: connection.name, mark: connectionMark({ ...connection, logo: logoOf(connection) }) },
    workspace: workspace && { name: workspace.name, mark: workspaceMark(workspace) },
  }
}

/** Only an e-mail address is shown: another form of hint, such as a partner's own id, means little to the user. */
function accountOf({ uid, loginHint }: WaitingRequest, user: Facts['user']): FlowAccount {
  const hint = loginHint?.trim() ?? ''
  const differs = hint.toLowerCase() !== user.email.toLowerCase()
  const isAddress = hint.length <= maxAddress && /^[^\s@]+@[^\s@]+$/.test(hint)
  return {
    name: user.name,
    email: user.email,
    change: urls.signIn(urls.flow(uid), 'select_account'),
    expected: differs && isAddress ? hint : null,
  }
}

/** Characters of an e-mail address (RFC 5321 §4.5.3.1). */
const maxAddress = 320

/** The host, or for an application on the device the scheme, by which the device finds it. */
function returnsTo(request: WaitingRequest): LevelsPage['returnsTo'] {
  if (request.isOfDevice) return null
  const redirect = new URL(request.redirectUri)
  return { host: redirect.host || redirect.protocol.replace(/:$/, ''), local: isLoopback(redirect) }
}
