/** The models of step one, and of the screens that end the flow before step two. */
import { mayInstall } from '../../installs/policy.ts'
import type { RefusalCode } from '../../installs/refusal.ts'
import { view } from '../frame/render.ts'
import { connectionMark, type Mark, workspaceMark } from '../kit/marks.ts'
import { type Level, levelsOf, limitWords, namesWords } from '../picker/words.ts'
import { urls } from '../urls.ts'
import type { ApprovalAsk } from './approval-page.ts'
import { type Maker, makerOf } from './developer.ts'
import type { Place } from './install-context.ts'
import type { WaitingRequest } from './interactions.ts'
import type { ConnectionToInstall, InstallChoices } from './readings.ts'

/** Who asks, for which workspace: the head of every screen of the flow. */
export type FlowHeader = {
  connection: { name: string; mark: Mark }
  /** null: the user is in no workspace. */
  workspace: { name: string; mark: Mark } | null
}

export type LevelsPage = {
  asking: FlowHeader
  workspaceId: string
  levels: Level[]
  /** What bounds it: to which pages, and what does not hang on them. */
  limit: string
  /** Who has it installed there already; null: nobody. */
  installedBy: string | null
  /** What becomes of what the user has there already; null: he has nothing. */
  already: string | null
  maker: Maker
  /** The host that the browser is sent back to. */
  returnsTo: string
  account: { name: string; email: string; change: string }
  actions: { pages: string; cancel: string }
}
export const levelsView = view<LevelsPage>('install/levels')

type Facts = {
  request: WaitingRequest
  choices: InstallChoices
  user: { name: string; email: string }
}

export function levelsPage({ request, choices, user }: Facts, place: Place): LevelsPage {
  const { connection } = choices
  const { workspace } = place
  const { names, count } = workspace.others
  return {
    asking: flowHeaderOf(connection, workspace),
    workspaceId: workspace.id,
    levels: levelsOf(request.capabilities, workspace.name),
    limit: limitWords(request.capabilities, workspace.name),
    installedBy: count === 0 ? null : namesWords(names, count),
    already: alreadyWords(workspace),
    maker: makerOf(connection),
    returnsTo: returnsTo(request),
    account: { ...user, change: urls.signIn(urls.flow(request.uid)) },
    actions: { pages: urls.flowPages(request.uid), cancel: urls.flowCancel(request.uid) },
  }
}

function alreadyWords({ mine, placement }: Place['workspace']): string | null {
  const since = mine && `You connected it here on ${day.format(mine)}`
  const replaces = 'What you allow now replaces what it can reach'
  // Of others who may not resume it themselves the flow has ended before.
  if (placement.suspended)
    return `${since ? `${since}, and it` : 'It'} is suspended for you. ${replaces}, and resumes it.`
  return since && `${since}. ${replaces}.`
}

const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' })

/** The connection cannot be installed: here, or by this user anywhere. */
export type RefusedPage = {
  asking: FlowHeader
  heading: string
  /** What is refused and why. */
  sentence: string
  /** Who can change it, and what can be done now. */
  next: string
  workspaceId: string | null
  /** How an owner is asked; null: asking would not help. */
  approval: ApprovalAsk | null
  account: LevelsPage['account']
  actions: { cancel: string }
}
export const refusedView = view<RefusedPage>('install/refused')

export function refusedPage(
  { request, choices, user }: Facts,
  place: Place,
  because: RefusalCode,
  owners: { names: string[]; count: number },
  approval: ApprovalAsk | null,
): RefusedPage {
  const { connection } = choices
  const words = refusalWords(because, connection.name, place.workspace.name)
  const elsewhere = choices.workspaces.some(
    one => one.id !== place.workspace.id && mayInstall(one.placement).kind === 'yes',
  )
  const next =
    elsewhere && words.byOwners ? `${words.next}, or switch to another workspace.` : `${words.next}.`
  return {
    asking: flowHeaderOf(connection, place.workspace),
    heading: `${connection.name} cannot be connected to ${place.workspace.name}`,
    sentence: words.sentence,
    next: words.byOwners ? `${whoChanges(owners, place.workspace.name)} ${next}` : next,
    workspaceId: place.workspace.id,
    approval,
    account: { ...user, change: urls.signIn(urls.flow(request.uid)) },
    actions: { cancel: urls.flowCancel(request.uid) },
  }
}

export function nowherePage({ request, choices, user }: Facts): RefusedPage {
  const { connection } = choices
  return {
    asking: flowHeaderOf(connection, null),
    heading: `${connection.name} has nowhere to connect to`,
    sentence: `${connection.name} connects to a workspace, and ${user.email} is in none.`,
    next: 'Ask an owner of your workspace to add you as a member, or use another account.',
    workspaceId: null,
    approval: null,
    account: { ...user, change: urls.signIn(urls.flow(request.uid)) },
    actions: { cancel: urls.flowCancel(request.uid) },
  }
}

function whoChanges({ names, count }: { names: string[]; count: number }, workspace: string): string {
  if (count === 0) return `An owner of ${workspace} can change this.`
  return `${namesWords(names, count)}, ${count === 1 ? 'an owner' : 'owners'} of ${workspace}, can change this.`
}

/** `next` goes on to a full stop; `byOwners`: they can change it, and in another workspace it may go. */
type RefusalWords = { sentence: string; next: string; byOwners: boolean }

function refusalWords(because: RefusalCode, connection: string, workspace: string): RefusalWords {
  switch (because) {
    case 'guest':
      return {
        sentence: `You are a guest in ${workspace}, and guests cannot install connections.`,
        next: 'Ask to become a member',
        byOwners: true,
      }
    case 'owners-only':
      return {
        sentence: `The policy of ${workspace} lets only workspace owners install connections.`,
        next: 'Ask them to install it',
        byOwners: true,
      }
    case 'not-approved':
      return {
        sentence: `The policy of ${workspace} allows only connections from its approved list, and ${connection} is not on it.`,
        next: 'Ask them to approve it',
        byOwners: true,
      }
    case 'suspended':
      return {
        sentence: `You connected ${connection} in ${workspace} before, and an owner has suspended it.`,
        next: 'Ask them to resume it',
        byOwners: true,
      }
    case 'connection-internal':
      return {
        sentence: `${connection} is internal to one workspace: it has a token of its own and is not installed this way.`,
        next: 'Ask an owner of that workspace to add it to your pages',
        byOwners: false,
      }
    default:
      return {
        sentence: `${connection} has been switched off, and can no longer be installed or used.`,
        next: 'Ask its developer what happened',
        byOwners: false,
      }
  }
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

/** Where its logo is; null: it has none. */
export function logoOf({ id, logoHash }: ConnectionToInstall): string | null {
  return logoHash && urls.logo(id, logoHash)
}

/** An application on the device has no host: its scheme is what the device knows it by. */
function returnsTo(request: WaitingRequest): string {
  const redirect = new URL(request.redirectUri)
  return redirect.host || redirect.protocol.replace(/:$/, '')
}
